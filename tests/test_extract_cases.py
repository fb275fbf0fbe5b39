"""Each summary of cases/*.md with the triples that it must give, and must not give.

A file is about one construct. A case is a heading of two signs, a summary as a post would have it,
and lines of what must (+) and must not (-) be in its graph:

    ## A loss in an enumeration

    #### KiteNet: Kites that Fly ([paper](https://arxiv.org/abs/2001.00001))

    The network is trained with a tail loss and a string loss.

    + usesLoss Loss tail loss
    + trained-with usesLoss Loss string loss
    - usesMethod Method KiteNet
    + Method tail partOf Method KiteNet

Such a line is a relation of the paper, the kind of its object and its name. The word before the
relation may be the rule that must have found it; a kind and a name before it are those of another
subject. Names parted by " | " are labels of one thing. What stands below "## Known failures" (cases
with three signs) is what the product should do and does not: when it begins to, the test says so,
and the lines move up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from kg.build import sure
from kg.corrections import Corrections
from kg.extract import extract
from kg.graph import Graph
from kg.lexicon import normal, read_lexicon
from kg.model import Assertion, Entity, Kind, Paper, Relation, Source
from kg.read import parse_source
from kg.resolve import Extracted, resolve
from tests.pages import annotations

CASES = Path(__file__).parent / "cases"

_KINDS = "|".join(Kind)
_LINE = re.compile(
    rf"(?P<sign>[+-]) (?:(?P<kind>{_KINDS}) (?P<subject>.+?) |(?P<rule>[\w-]+) )?"
    rf"(?P<relation>{'|'.join(Relation)}) (?P<object>{_KINDS}) (?P<names>.+)"
)
_KNOWN = "Known failures"


@dataclass(frozen=True)
class Expectation:
    """One line of a case."""

    line: str
    wanted: bool
    subject: tuple[Kind, str] | None
    rule: str | None
    relation: Relation
    object: tuple[Kind, tuple[str, ...]]


@dataclass(frozen=True)
class Case:
    """One summary and what is expected of it; `known` are the cases that are known to fail."""

    file: str
    name: str
    text: str
    expectations: tuple[Expectation, ...]
    known: bool


def parse_cases(file: str, text: str) -> Iterator[Case]:
    """The cases of a file, in its order."""
    known, name, lines = False, "", list[str]()
    for line in [*text.splitlines(), "## end"]:
        heading = re.fullmatch(r"(###?) (\S.*)", line)
        if heading is None or (heading[1] == "###" and not known):
            lines.append(line)
            continue
        if name:
            yield _case(file, name, lines, known)
        known = known or heading[2] == _KNOWN
        name = "" if heading[2] == _KNOWN else heading[2]
        lines = []


def _case(file: str, name: str, lines: list[str], known: bool) -> Case:
    found = [(line, _LINE.fullmatch(line)) for line in lines]
    summary = "\n".join(line for line, match in found if match is None).strip() + "\n"
    return Case(file, name, summary, tuple(_expectation(m) for _, m in found if m), known)


def _expectation(match: re.Match[str]) -> Expectation:
    subject = (Kind(match["kind"]), match["subject"]) if match["kind"] else None
    names = tuple(name.strip() for name in match["names"].split("|"))
    return Expectation(
        match[0],
        match["sign"] == "+",
        subject,
        match["rule"],
        Relation(match["relation"]),
        (Kind(match["object"]), names),
    )


@cache
def graph_of(text: str) -> tuple[str, Graph]:
    """The id of the summarised paper of a text, and the graph."""
    reading = parse_source(Source("post.md", text))
    extracted = [Extracted(*extract(annotation)) for annotation in annotations(text)]
    graph = sure(resolve([reading], extracted, read_lexicon(), Corrections()).graph)
    (source,) = graph.sources
    (paper,) = source.summarises
    return paper, graph


def holds(case: Case, expected: Expectation) -> bool:
    """Whether the graph of a case has the triple of a line."""
    paper, graph = graph_of(case.text)

    def fits(a: Assertion) -> bool:
        if a.relation is not expected.relation:
            return False
        if expected.subject is None:
            if a.subject != paper:
                return False
        elif not is_called(graph.by_id[a.subject], expected.subject[0], (expected.subject[1],)):
            return False
        if expected.rule is not None and expected.rule not in {e.rule for e in a.evidence}:
            return False
        return is_called(graph.by_id[a.object], *expected.object)

    return any(map(fits, graph.assertions))


def is_called(entity: Entity, kind: Kind, names: tuple[str, ...]) -> bool:
    labels = [entity.name, *entity.aliases]
    if isinstance(entity, Paper) and entity.title:
        labels.append(entity.title)
    return entity.kind is kind and {normal(n) for n in names} <= {normal(x) for x in labels}


ALL = [
    case
    for path in sorted(CASES.glob("*.md"))
    for case in parse_cases(path.stem, path.read_text(encoding="utf-8"))
]


def parameters(known: bool) -> list[object]:
    marks = [pytest.mark.xfail(strict=True, reason="known failure")] if known else []
    return [
        pytest.param(case, line, id=f"{case.file}: {case.name}: {line.line}", marks=marks)
        for case in ALL
        if case.known is known
        for line in case.expectations
    ]


@pytest.mark.parametrize(("case", "line"), [*parameters(known=False), *parameters(known=True)])
def test_case(case: Case, line: Expectation) -> None:
    assert holds(case, line) is line.wanted


# --------------------------------------------------------------------------- the files


def test_cases_are_found() -> None:
    kept = [case for case in ALL if not case.known]
    assert len({case.file for case in kept}) >= 14
    assert len(kept) >= 95
    assert sum(line.wanted for case in kept for line in case.expectations) >= 140
    assert sum(not line.wanted for case in kept for line in case.expectations) >= 110


def test_every_case_is_one_summary_with_expectations() -> None:
    for case in ALL:
        assert case.expectations, (case.file, case.name)
        assert len(parse_source(Source("post.md", case.text)).documents) == 1, (
            case.file,
            case.name,
        )
    assert len({(case.file, case.name, case.known) for case in ALL}) == len(ALL)


def test_a_case_is_parsed() -> None:
    text = (
        "# Losses\n\nWords.\n\n## First one\n\n#### Kites\n\n- a list item\n\n"
        "+ trained-with usesLoss Loss tail loss\n- Method big tail partOf Method KN | KiteNet\n\n"
        "## Known failures\n\n### Second\n\n#### Kites\n\n+ cites Paper KiteNet\n"
    )
    first, second = parse_cases("losses", text)
    assert (first.file, first.name, first.known) == ("losses", "First one", False)
    assert first.text == "#### Kites\n\n- a list item\n"
    assert first.expectations == (
        Expectation(
            "+ trained-with usesLoss Loss tail loss",
            True,
            None,
            "trained-with",
            Relation.USES_LOSS,
            (Kind.LOSS, ("tail loss",)),
        ),
        Expectation(
            "- Method big tail partOf Method KN | KiteNet",
            False,
            (Kind.METHOD, "big tail"),
            None,
            Relation.PART_OF,
            (Kind.METHOD, ("KN", "KiteNet")),
        ),
    )
    assert (second.name, second.known, len(second.expectations)) == ("Second", True, 1)
