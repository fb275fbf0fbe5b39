"""Reading: files of any supported format to papers with their summaries.

`read_sources` opens files and folders; `parse_source` is pure. The format of a file is decided
by what stands in it and not by its name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path

from kg.errors import SourceError
from kg.model import Problem, Reading, Source
from kg.read.bibtex import is_bibtex, parse_bibtex
from kg.read.html import is_html, parse_html
from kg.read.identifiers import is_paper_link, parse_identifiers, year_from_arxiv
from kg.read.jsonl import is_json, parse_json
from kg.read.language import other_language
from kg.read.markdown import parse_markdown

__all__ = [
    "is_paper_link",
    "parse_identifiers",
    "parse_source",
    "read_source",
    "read_sources",
    "year_from_arxiv",
]

_SUFFIXES = frozenset(
    {".md", ".markdown", ".mdown", ".mkd", ".txt", ".text", ".bib", ".bibtex", ".json", ".jsonl",
     ".ndjson", ".html", ".htm", ".xhtml"}
)  # fmt: skip
_NO_SUMMARY = ("license", "licence", "copying", "notice")


def read_sources(
    paths: Sequence[Path],
    root: Path | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> Iterator[Reading]:
    """Read files, and every text file below folders, in the order of their paths.

    `Source.path` is relative to `root`; without it to the folder that was given, or to the
    parent of a file that was given. A file of a folder that cannot be read gives a reading that
    holds only its problem. `on_problem` is called with each problem as it is met.

    Raises SourceError where a path that was given is missing, empty or not text, or is a folder
    without text files.
    """
    for path in paths:
        if path.is_dir():
            files = _files_below(path)
            if not files:
                raise SourceError(
                    "no text files in this folder; give one with summaries", str(path)
                )
            readings = map(_read_leniently, files, repeat(root or path))
        else:
            readings = map(read_source, [path], [root or path.parent])
        for reading in readings:
            if on_problem is not None:
                for problem in reading.problems:
                    on_problem(problem)
            yield reading


def read_source(path: Path, root: Path) -> Reading:
    """Read one file. Raises SourceError where it is missing, empty or not UTF-8 text."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError("no such file", str(path)) from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", str(path)) from error
    if b"\0" in data:
        raise SourceError("not a text file; give Markdown, text, HTML, BibTeX or JSON", str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError("not UTF-8 text; save it as UTF-8", f"{path}:{line}") from None
    if not text.strip():
        raise SourceError("the file is empty", str(path))
    return parse_source(Source(_relative(path, root), text))


def parse_source(source: Source) -> Reading:
    """The papers in a text. Never raises: what cannot be used is among the problems.

    Summaries in another language than English are left out and reported.
    """
    reading = _parser_for(source.text)(source)
    kept, problems = [], list(reading.problems)
    for document in reading.documents:
        language = other_language(document.blocks)
        if language is None:
            kept.append(document)
            continue
        problems.append(
            Problem(
                source.path,
                source.line_of(document.paper.span.start),
                f"the language looks like {language}; only English is read",
            )
        )
    return replace(reading, documents=tuple(kept), problems=tuple(problems))


def _parser_for(text: str) -> Callable[[Source], Reading]:
    """The parser of the format that the text itself shows; Markdown is the last resort."""
    for recognises, parse in _FORMATS:
        if recognises(text):
            return parse
    return parse_markdown


_FORMATS: tuple[tuple[Callable[[str], bool], Callable[[Source], Reading]], ...] = (
    (is_bibtex, parse_bibtex),
    (is_json, parse_json),
    (is_html, parse_html),
)


def _read_leniently(path: Path, root: Path) -> Reading:
    try:
        return read_source(path, root)
    except SourceError as error:
        source = Source(_relative(path, root), "")
        line = (error.place or "").removeprefix(str(path)).lstrip(":")
        problem = Problem(source.path, int(line) if line else 1, error.message)
        return Reading(source, problems=(problem,))


def _files_below(folder: Path) -> list[Path]:
    return sorted(
        (
            path
            for path in folder.rglob("*")
            if path.is_file()
            and path.suffix.lower() in _SUFFIXES
            and not path.stem.lower().startswith(_NO_SUMMARY)
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        ),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def _relative(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.name
