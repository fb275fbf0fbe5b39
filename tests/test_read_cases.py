"""Each file of cases/reading beside its NAME.expected: what the reader makes of it."""

from pathlib import Path

import pytest

from kg.model import Block, Reading, Reference
from kg.read import read_source

CASES = Path(__file__).parent / "cases" / "reading"
FILES = sorted(path for path in CASES.iterdir() if path.suffix != ".expected")


def identifier(paper: Reference) -> str:
    found = paper.identifiers
    parts = [("arxiv", found.arxiv), ("doi", found.doi), ("url", found.url)]
    return " ".join(f"{name}:{value}" for name, value in parts if value) or "-"


def lines_for_paper(word: str, paper: Reference) -> list[str]:
    topic = " > ".join(paper.topic) or "-"
    return [f"{word}: {paper.title} | {identifier(paper)} | {paper.year or '-'} | {topic}"]


def lines_for_block(block: Block) -> list[str]:
    place = block.kind.value + (f" {block.depth}" if block.depth else "")
    section = "".join(f" / {title}" for title in block.section)
    lines = [f"  [{place}]{section}", f"    {block.text}"]
    for link in block.links:
        lines.append(f"    link: {block.text[link.span.start : link.span.end]} -> {link.target}")
    for span in block.emphasis:
        lines.append(f"    emphasis: {block.text[span.start : span.end]}")
    return lines


def render(reading: Reading) -> str:
    lines = [f"title: {reading.title}"]
    for document in reading.documents:
        lines += lines_for_paper("summary", document.paper)
        for block in document.blocks:
            lines += lines_for_block(block)
    for paper in reading.listed:
        lines += lines_for_paper("listed", paper)
    for problem in reading.problems:
        lines.append(f"problem: {problem.path}:{problem.line}: {problem.message}")
    return "\n".join(lines) + "\n"


def test_cases_are_found():
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_case(path: Path):
    expected = path.with_name(path.name + ".expected").read_text(encoding="utf-8")
    assert render(read_source(path, CASES)) == expected
