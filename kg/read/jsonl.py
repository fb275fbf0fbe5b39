"""Records in JSON, one a line or in an array: objects with a title and an abstract."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # exists, not in the stubs

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
from kg.read.metadata import year_in
from kg.read.text import TextBuilder

_SUMMARIES = ("abstract", "summary", "notes", "note", "review", "tldr")
_TITLE = "title"
_IDENTIFIERS = ("arxiv", "arxiv_id", "arxivid", "id", "eprint", "doi", "url", "link", "pdf_url")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.S)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_OPENING = re.compile(r"[\[{]\s*(?:\{\s*)?(?:\"[\w ]+\"\s*:|[\]}])")
_SPACE = re.compile(r"[\s\ufeff]*")


@dataclass(frozen=True, slots=True)
class _Record:
    """A JSON object: its values, and for each text value the span inside its quotes."""

    span: Span
    values: dict[str, object]
    texts: dict[str, Span]


def is_json(text: str) -> bool:
    """Whether a text is JSON: its first line, or all of it, is an object or an array."""
    body = text.lstrip("\ufeff \t\r\n")
    if not body.startswith(("{", "[")) or body.startswith(("[[", "{%", "{{", "[!")):
        return False
    return _OPENING.match(body) is not None


def parse_json(source: Source) -> Reading:
    """The records of a JSON file. What cannot be read becomes a problem with its line."""
    documents: list[Document] = []
    listed: list[Reference] = []
    problems: list[Problem] = []
    for found in _records(source.text):
        if isinstance(found, Problem):
            problems.append(Problem(source.path, found.line, found.message))
            continue
        paper, blocks = _paper(source, found)
        if paper.title is None:
            line = source.line_of(found.span.start)
            problems.append(Problem(source.path, line, 'record without a "title"'))
        elif len(blocks) > 1:
            documents.append(Document(source, paper, blocks))
        else:
            listed.append(paper)
    return Reading(
        source, documents=tuple(documents), listed=tuple(listed), problems=tuple(problems)
    )


def _records(text: str) -> Iterator[_Record | Problem]:
    at = _skip(text, 0)
    in_array = text.startswith("[", at)
    at = _skip(text, at + 1) if in_array else at
    while at < len(text):
        if in_array and text[at] in ",]":
            at = _skip(text, at + 1)
            continue
        try:
            record, at = _object(text, at)
            yield record
        except (ValueError, RecursionError, IndexError) as error:
            line = text.count("\n", 0, at) + 1
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "not a JSON object"
            yield Problem("", line, f"broken record: {reason}")
            following = text.find("\n", at)
            at = len(text) if following < 0 else following
        at = _skip(text, at)


def _object(text: str, start: int) -> tuple[_Record, int]:
    """The object at `start`, and where it ends. Raises ValueError where there is none."""
    decoder = json.JSONDecoder()
    values, end = decoder.raw_decode(text, start)
    if not isinstance(values, dict):
        raise ValueError("not an object")
    texts: dict[str, Span] = {}
    at = _skip(text, start + 1)
    while text[at] != "}":
        name, at = scanstring(text, at + 1)
        at = _skip(text, _skip(text, at) + 1)
        if text[at] == '"':
            _, after = scanstring(text, at + 1)
            texts[name.lower()] = Span(at + 1, after - 1)
        else:
            _, after = decoder.raw_decode(text, at)
        at = _skip(text, after)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return _Record(Span(start, end), {str(k).lower(): v for k, v in values.items()}, texts), end


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _paper(source: Source, record: _Record) -> tuple[Reference, tuple[Block, ...]]:
    title = _block(source.text, record.texts.get(_TITLE), BlockKind.HEADING)
    identifiers = _identifiers(record)
    year = year_in(str(record.values.get("year", ""))) or year_in(
        str(record.values.get("date", record.values.get("published", "")))
    )
    if year is None and identifiers.arxiv:
        year = year_from_arxiv(identifiers.arxiv)
    blocks = [title] if title else []
    for name in _SUMMARIES:
        block = _block(source.text, record.texts.get(name), BlockKind.PARAGRAPH)
        if block is not None:
            blocks.append(block)
    paper = Reference(title.text if title else None, identifiers, record.span, (), year)
    return paper, tuple(blocks)


def _block(text: str, span: Span | None, kind: BlockKind) -> Block | None:
    if span is None:
        return None
    builder = TextBuilder()
    at = span.start
    for escape in _ESCAPE.finditer(text, span.start, span.end):
        if escape.start() < at:
            continue  # the second half of a surrogate pair
        builder.add(text[at : escape.start()], range(at, escape.start()))
        character, at = _unescape(text, escape)
        builder.add(character, [escape.start()])
    builder.add(text[at : span.end], range(at, span.end))
    return builder.block(kind)


def _unescape(text: str, escape: re.Match[str]) -> tuple[str, int]:
    """The character that an escape stands for, and where the escape ends."""
    if escape.group(1) is None:
        return _SHORT.get(escape.group(2), escape.group(2)), escape.end()
    code = int(escape.group(1), 16)
    if 0xD800 <= code < 0xDC00:
        low = _ESCAPE.match(text, escape.end())
        if low and low.group(1) and 0xDC00 <= (second := int(low.group(1), 16)) < 0xE000:
            return chr(0x10000 + ((code - 0xD800) << 10) + second - 0xDC00), low.end()
    return ("\ufffd" if 0xD800 <= code < 0xE000 else chr(code)), escape.end()


def _identifiers(record: _Record) -> Identifiers:
    found = [
        parse_identifiers(str(record.values[name]))
        for name in _IDENTIFIERS
        if record.values.get(name)
    ]
    return Identifiers(
        arxiv=next((f.arxiv for f in found if f.arxiv), None),
        doi=next((f.doi for f in found if f.doi), None),
        url=next((f.url for f in found if f.url), None),
    )
