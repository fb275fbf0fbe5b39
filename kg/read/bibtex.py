"""BibTeX to a reading: an entry with an abstract or a note is a summary, any other is listed.

Our own parser, because every character of an abstract needs its offset in the file, and the
libraries for BibTeX give line numbers at best.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.model import (
    Block,
    BlockKind,
    Document,
    Identifiers,
    Problem,
    Reading,
    Reference,
    Source,
    Span,
)
from kg.read.identifiers import parse_identifiers, year_from_arxiv
from kg.read.latex import add_latex
from kg.read.metadata import year_in
from kg.read.text import TextBuilder

_START = re.compile(r"@[ \t]*([A-Za-z]+)\s*([{(])")
_KEY = re.compile(r"\s*([^\s,={}\"]*)\s*,?")
_NAME = re.compile(r"[\s,]*([A-Za-z][\w:.+/-]*)\s*=\s*")
_WORD = re.compile(r"[\w:.+/-]+")
_CONCATENATION = re.compile(r"\s*#\s*")
_NEXT_ENTRY = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.M)
_PARAGRAPHS = re.compile(r"(?:[^\n]|\n(?![ \t]*\r?\n))+")
_SUMMARIES = ("abstract", "annote", "annotation", "note", "comment", "summary", "review")
_LEAST_WORDS = 8


@dataclass(frozen=True, slots=True)
class _Value:
    """The parts of a field's value: spans of the source, or the text of a macro at a place."""

    spans: tuple[Span, ...]


class _BrokenError(Exception):
    """An entry does not follow the grammar; carries where and why."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


def is_bibtex(text: str) -> bool:
    """Whether a text is BibTeX: an entry stands first, comments aside."""
    for line in text.lstrip("\ufeff").splitlines()[:200]:
        line = line.strip()
        if re.match(r"@[A-Za-z]+\s*[{(]", line):
            return True
        if line and not line.startswith(("%", "#", "//")):
            return False
    return False


def parse_bibtex(source: Source) -> Reading:
    """The entries of a BibTeX file. One that is broken becomes a problem with its line."""
    documents: list[Document] = []
    listed: list[Reference] = []
    problems: list[Problem] = []
    macros: dict[str, tuple[Span, ...]] = {}
    text, at = source.text, 0
    while (start := _START.search(text, at)) is not None:
        kind = start.group(1).lower()
        try:
            if kind in ("comment", "preamble"):
                at = _closing(text, start.end() - 1)
                continue
            fields, at = _fields(text, start, macros, with_key=kind != "string")
        except _BrokenError as error:
            problems.append(Problem(source.path, source.line_of(start.start()), str(error)))
            following = _NEXT_ENTRY.search(text, start.end())
            at = following.start() if following else len(text)
            continue
        if kind == "string":
            macros |= {name: value.spans for name, value in fields.items()}
            continue
        paper, blocks = _entry(source, Span(start.start(), at), fields)
        if paper.title is None:
            line = source.line_of(start.start())
            problems.append(Problem(source.path, line, f"@{kind} entry without a title"))
        elif len(blocks) > 1:
            documents.append(Document(source, paper, blocks))
        else:
            listed.append(paper)
    return Reading(
        source, documents=tuple(documents), listed=tuple(listed), problems=tuple(problems)
    )


def _fields(
    text: str, start: re.Match[str], macros: Mapping[str, tuple[Span, ...]], *, with_key: bool
) -> tuple[dict[str, _Value], int]:
    """The fields of the entry whose "@type{" matched, and where the entry ends."""
    closer = "}" if start.group(2) == "{" else ")"
    at = start.end()
    if with_key:
        key = _KEY.match(text, at)
        at = key.end() if key else at
    fields: dict[str, _Value] = {}
    while True:
        rest = re.compile(r"[\s,]*").match(text, at)
        at = rest.end() if rest else at
        if at >= len(text):
            raise _BrokenError(at, f"entry is not closed by {closer}")
        if text[at] == closer:
            return fields, at + 1
        name = _NAME.match(text, at)
        if name is None:
            found = text[at : at + 20].split("\n")[0]
            raise _BrokenError(at, f"expected a field and found {found!r}")
        value, at = _value(text, name.end(), macros)
        fields.setdefault(name.group(1).lower(), value)


def _value(text: str, at: int, macros: Mapping[str, tuple[Span, ...]]) -> tuple[_Value, int]:
    spans: list[Span] = []
    while True:
        if at >= len(text):
            raise _BrokenError(at, "entry ends inside a field")
        if text[at] == "{":
            end = _closing(text, at)
            spans.append(Span(at + 1, end - 1))
            at = end
        elif text[at] == '"':
            end = _closing_quote(text, at)
            spans.append(Span(at + 1, end - 1))
            at = end
        else:
            word = _WORD.match(text, at)
            if word is None:
                raise _BrokenError(at, f"expected a value and found {text[at]!r}")
            name = word.group().lower()
            spans += macros.get(name, (Span(word.start(), word.end()),))
            at = word.end()
        more = _CONCATENATION.match(text, at)
        if more is None:
            return _Value(tuple(spans)), at
        at = more.end()


def _closing(text: str, at: int) -> int:
    """Just after the brace or parenthesis that closes the one at `at`."""
    opener = text[at]
    closer = "}" if opener == "{" else ")"
    depth = 0
    for match in re.compile(r"\\.|[{}()\n]", re.S).finditer(text, at):
        mark = match.group()
        if mark == "\n" and _NEXT_ENTRY.match(text, match.end()):
            raise _BrokenError(at, f"{opener} is not closed before the next entry")
        if mark == opener:
            depth += 1
        elif mark == closer:
            depth -= 1
            if depth == 0:
                return match.end()
    raise _BrokenError(at, f"{opener} is not closed")


def _closing_quote(text: str, at: int) -> int:
    depth = 0
    for match in re.compile(r"\\.|[{}\"\n]", re.S).finditer(text, at + 1):
        mark = match.group()
        if mark == "\n" and _NEXT_ENTRY.match(text, match.end()):
            break
        if mark == '"' and depth == 0:
            return match.end()
        depth += {"{": 1, "}": -1}.get(mark, 0)
    raise _BrokenError(at, "a quotation mark is not closed")


def _entry(
    source: Source, span: Span, fields: Mapping[str, _Value]
) -> tuple[Reference, tuple[Block, ...]]:
    title = _block(source.text, fields.get("title"), BlockKind.HEADING)
    identifiers = _identifiers(source.text, fields)
    year = year_in(_raw(source.text, fields.get("year"))) or year_in(
        _raw(source.text, fields.get("date"))
    )
    if year is None and identifiers.arxiv:
        year = year_from_arxiv(identifiers.arxiv)
    paper = Reference(title.text if title else None, identifiers, span, (), year)
    blocks = [title] if title else []
    for name in _SUMMARIES:
        blocks += _paragraphs(source.text, fields.get(name))
    return paper, tuple(blocks)


def _paragraphs(text: str, value: _Value | None) -> Iterator[Block]:
    """The paragraphs of a summary; a remark such as "to appear" is none."""
    found = [
        block
        for span in (value.spans if value else ())
        for part in _PARAGRAPHS.finditer(text, span.start, span.end)
        if (block := _block(text, _Value((Span(part.start(), part.end()),)))) is not None
    ]
    if sum(len(block.text.split()) for block in found) >= _LEAST_WORDS:
        yield from found


def _block(text: str, value: _Value | None, kind: BlockKind = BlockKind.PARAGRAPH) -> Block | None:
    builder = TextBuilder()
    for span in value.spans if value else ():
        add_latex(builder, text, span.start, span.end)
    return builder.block(kind)


def _raw(text: str, value: _Value | None) -> str:
    return "".join(text[s.start : s.end] for s in value.spans) if value else ""


def _identifiers(text: str, fields: Mapping[str, _Value]) -> Identifiers:
    raw = {name: _raw(text, value).strip(" {}\n") for name, value in fields.items()}
    prefix = raw.get("archiveprefix", raw.get("eprinttype", "arxiv")).lower()
    candidates = [raw.get("arxivid", ""), raw.get("arxiv", "")]
    candidates += [raw.get("eprint", "")] if prefix == "arxiv" else []
    candidates += [raw.get("url", ""), raw.get("journal", ""), raw.get("doi", "")]
    found = [parse_identifiers(c.replace("\\_", "_")) for c in candidates if c]
    return Identifiers(
        arxiv=next((f.arxiv for f in found if f.arxiv), None),
        doi=next((f.doi for f in reversed(found) if f.doi), None),
        url=next((f.url for f in found if f.url), None),
    )
