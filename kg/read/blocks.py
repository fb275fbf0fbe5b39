"""Markdown to passages: blocks of text without markup, each character with its offset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

from kg.model import BlockKind, Span
from kg.read.text import Passage, TextBuilder

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

AT = "at"
"""Under this key a token's `meta` says where its content begins in the inline content."""

_CELL = re.compile(r"(?:\\.|[^|\\])*", re.S)
_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_TAG_NAME = re.compile(r"</?\s*([a-z][a-z0-9]*)", re.I)
_SCRIPT_TAG = re.compile(r"<su[bp]\b", re.I)
_EMPHASIS_TAGS = frozenset({"b", "strong", "em", "i", "code", "u", "mark"})
_SPACE_TAGS = frozenset({"br", "img", "td", "th", "li", "p"})


def parse_passages(masked: str) -> list[Passage]:
    """The passages of Markdown text, in order. `masked` has the length of its source."""
    return list(_passages(_parser().parse(masked), masked))


@cache
def _parser() -> MarkdownIt:
    from kg.read.inline import markdown_parser

    return markdown_parser()


def _passages(tokens: Sequence[Token], text: str) -> Iterator[Passage]:
    starts = [0, *(m.end() for m in re.finditer("\n", text)), len(text) + 1]
    items: list[int] = []
    quotes = 0
    heading: Token | None = None
    row: list[Token] | None = None
    for token in tokens:
        match token.type:
            case "list_item_open":
                items.append(starts[token.map[0]] if token.map else 0)
            case "list_item_close":
                items.pop()
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "heading_open":
                heading = token
            case "heading_close":
                heading = None
            case "tr_open":
                row = []
            case "tr_close" if row is not None:
                yield from _cells(row, text, starts, tuple(items))
                row = None
            case "inline" if row is not None:
                row.append(token)
            case "inline":
                kind = BlockKind.QUOTE if quotes else BlockKind.PARAGRAPH
                if items:
                    kind = BlockKind.ITEM
                if heading is not None:
                    kind = BlockKind.HEADING
                hashes = heading is not None and heading.markup.startswith("#")
                offsets = (_heading_offsets if hashes else _line_offsets)(token, text, starts)
                level = int(heading.tag[1]) if heading is not None else 0
                yield from _passage(token, offsets, kind, level, tuple(items))
            case _:  # fences, rules, list marks: no text
                pass


def _line_offsets(token: Token, text: str, starts: Sequence[int]) -> list[int] | None:
    """Offsets for content whose lines each end where a line of the source ends."""
    assert token.map is not None
    offsets: list[int] = []
    for number, line in enumerate(token.content.split("\n"), token.map[0]):
        start, end = starts[number], starts[number + 1] - 1
        body = line.strip()
        base = start + len(text[start:end].rstrip()) - len(body)
        if base < start or not text.startswith(body, base):
            return None
        lead = len(line) - len(line.lstrip())
        offsets += [max(start, base + i - lead) for i in range(len(line))]
        offsets.append(end)
    return offsets[:-1]


def _heading_offsets(token: Token, text: str, starts: Sequence[int]) -> list[int] | None:
    """Offsets for the content of a heading such as "## Title ##"."""
    assert token.map is not None
    start = starts[token.map[0]]
    line = text[start : starts[token.map[0] + 1] - 1].rstrip(" \t")
    if not line.endswith(token.content):
        line = re.sub(r"[ \t]+#+$", "", line)
    if not line.endswith(token.content):
        return None
    base = start + len(line) - len(token.content)
    return list(range(base, base + len(token.content)))


def _cells(
    row: Sequence[Token], text: str, starts: Sequence[int], items: tuple[int, ...]
) -> Iterator[Passage]:
    if not row or row[0].map is None:
        return
    start = starts[row[0].map[0]]
    line = text[start : starts[row[0].map[0] + 1] - 1]
    pieces: list[list[int]] = []
    at = 0
    while at <= len(line):
        found = _CELL.match(line, at)
        end = found.end() if found else at
        escaped = {i for i in range(at, end - 1) if line.startswith("\\|", i)}
        kept = [i for i in range(at, end) if i not in escaped]
        while kept and line[kept[0]].isspace():
            kept.pop(0)
        while kept and line[kept[-1]].isspace():
            kept.pop()
        pieces.append(kept)
        at = end + 1
    contents = [token.content.strip() for token in row]
    for shift in (0, 1):
        fit = [pieces[i + shift] if i + shift < len(pieces) else [] for i in range(len(row))]
        texts = ["".join(line[i] for i in kept) for kept in fit]
        if texts[0].endswith(contents[0]) and texts[1:] == contents[1:]:
            fit[0] = fit[0][len(fit[0]) - len(contents[0]) :]
            for token, kept, content in zip(row, fit, contents, strict=True):
                if content == token.content:
                    offsets = [start + i for i in kept]
                    yield from _passage(token, offsets, BlockKind.CELL, 0, items)
            return


def _passage(
    token: Token,
    offsets: list[int] | None,
    kind: BlockKind,
    level: int,
    items: tuple[int, ...],
) -> Iterator[Passage]:
    if not offsets:
        return
    builder = TextBuilder()
    _add_tokens(builder, token.children or (), token.content, offsets)
    block = builder.block(kind, depth=len(items))
    if block is not None:
        yield Passage(block, Span(offsets[0], offsets[-1] + 1), level, items)


def _add_tokens(
    builder: TextBuilder, tokens: Sequence[Token], content: str, offsets: Sequence[int]
) -> None:
    links: list[tuple[int, str]] = []
    anchors: list[tuple[int, str]] = []
    emphasis: list[int] = []
    tags: list[int] = []
    for index, token in enumerate(tokens):
        at: int = token.meta.get(AT, 0)
        match token.type:
            case "text":
                if token.content[:1] != content[at : at + 1]:
                    at += 1  # an autolink's text, which begins after its "<"
                builder.add(token.content, offsets[at:])
            case "text_special":
                builder.add(token.content, [offsets[at]] * len(token.content))
            case "code_inline":
                start = len(builder)
                at += len(token.markup)
                end = at + len(token.content)
                if content[at:end].replace("\n", " ") != token.content:
                    at, end = at + 1, end + 1
                builder.add(content[at:end], offsets[at:])
                builder.emphasise(start)
            case "math_inline" | "math_inline_double":
                at += len(token.markup)
                builder.add(content[at : at + len(token.content)], offsets[at:])
            case "softbreak" | "hardbreak":
                builder.add(" ", [offsets[at]])
            case "link_open":
                links.append((len(builder), str(token.attrs.get("href", ""))))
            case "link_close" if links:
                builder.link(*links.pop())
            case "em_open" | "strong_open":
                if token.type == "strong_open" and builder.ends_in_word:
                    builder.add(" ", [offsets[at]])  # "called**Name**"
                emphasis.append(len(builder))
            case "em_close" | "strong_close" if emphasis:
                builder.emphasise(emphasis.pop())
            case "html_inline":
                # "B<sub>start</sub>" is two words, "L<sub>2</sub>" is one.
                if _SCRIPT_TAG.match(token.content) and _is_word(tokens[index + 1 : index + 2]):
                    builder.add(" ", [offsets[at]])
                _add_tag(builder, token.content, offsets[at], anchors, tags)
            case _:  # images, footnote marks
                pass


def _is_word(tokens: Sequence[Token]) -> bool:
    return any(token.type == "text" and len(token.content.strip()) > 2 for token in tokens)


def _add_tag(
    builder: TextBuilder,
    tag: str,
    offset: int,
    anchors: list[tuple[int, str]],
    tags: list[int],
) -> None:
    name_match = _TAG_NAME.match(tag)
    name = name_match.group(1).lower() if name_match else ""
    closes = tag.startswith("</")
    if name == "a":
        href = _HREF.match(tag)
        if href:
            anchors.append(
                (len(builder), unescape(next(g for g in href.groups() if g is not None)))
            )
        elif closes and anchors:
            builder.link(*anchors.pop())
    elif name in _EMPHASIS_TAGS:
        if not closes:
            tags.append(len(builder))
        elif tags:
            builder.emphasise(tags.pop())
    elif name in _SPACE_TAGS:
        builder.add(" ", [offset])
