"""Files that speak of one paper: reading notes, single summaries, articles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from kg.model import Block, BlockKind, Document, Identifiers, Reading, Reference, Span
from kg.read.identifiers import is_paper_link, parse_identifiers, year_from_arxiv
from kg.read.links import (
    NO_IDENTIFIERS,
    LinkRole,
    best_identifiers,
    is_resource_line,
    link_role,
    merged,
)
from kg.read.metadata import FrontMatter, is_date, year_in
from kg.read.outline import Outline, heading_block
from kg.read.summary import Facts, summarise
from kg.read.text import Passage, count_words, lines_of, span_of
from kg.read.titles import Naming, clean_title, is_section, parse_heading
from kg.read.words import key, words

_LEAST_WORDS = 8
_LONGEST_TITLE = 30
_DATE_IN_NAME = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_ ]+")
_YEAR_IN_NAME = re.compile(r"[-_ ]*\(?(?:19|20)\d\d\)?$")
_ARXIV_MENTION = re.compile(
    r"arxiv\s*[:.]?\s*(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.I
)


@dataclass(frozen=True, slots=True)
class _Head:
    """The passage that a note opens with, as its title."""

    index: int
    passage: Passage
    naming: Naming

    @property
    def title(self) -> str:
        span = self.naming.title
        return self.passage.block.text[span.start : span.end]


def read_note(outline: Outline) -> Reading:
    """The one summary of a file: all its sections belong to it.

    A text that neither links nor names a paper, and never says "the authors propose" or the
    like, is no summary, and the reading stays empty.
    """
    head = _head(outline)
    passages = [p for i, p in enumerate(outline.passages) if head is None or i != head.index]
    summary = summarise(outline, passages, (), lists=False)
    facts, blocks = summary.facts, summary.blocks
    identifiers = merged(facts.identifiers, _front_identifiers(outline.front))
    if head is not None:
        identifiers = merged(head.naming.identifiers, identifiers)
    if identifiers == NO_IDENTIFIERS:
        identifiers = _identifiers_near_top(blocks)
    title, heading = _title(outline, head, facts)
    reading = Reading(outline.source, outline.front.title or title)
    about_paper = (
        identifiers != NO_IDENTIFIERS
        or facts.described
        or any(words().cues.search(block.text) for block in blocks)
    )
    if not about_paper or sum(count_words(block.text) for block in blocks) < _LEAST_WORDS:
        return reading
    year = (head.naming.year if head else None) or facts.year or _front_year(outline.front)
    if year is None and identifiers.arxiv:
        year = year_from_arxiv(identifiers.arxiv)
    span = span_of(heading) if heading else Span(passages[0].span.start, passages[-1].span.end)
    paper = Reference(title, identifiers, span, (), year)
    summary_blocks = (heading, *blocks) if heading else tuple(blocks)
    return Reading(
        outline.source, reading.title, (Document(outline.source, paper, summary_blocks),)
    )


def _head(outline: Outline) -> _Head | None:
    """The first heading, or a first line that is a title: a link, bold, or short and alone."""
    for index, passage in enumerate(outline.passages):
        block = passage.block
        if passage.level:
            if is_section(outline.title(index)):
                return None
            return _Head(index, passage, outline.namings[index])
        if passage.items or block.kind is not BlockKind.PARAGRAPH:
            return None
        naming = parse_heading(block)
        length = naming.title.end - naming.title.start
        words_ = len(block.text.split())
        bold = any(s.start == 0 and s.end >= naming.title.end for s in block.emphasis)
        if length >= 0.7 * len(block.text) and words_ <= _LONGEST_TITLE:
            plain = not outline.namings and not block.text.endswith((".", ":")) and words_ > 1
            alone = len(lines_of(block, outline.source.text)) == 1 and not block.links
            if naming.linked or (bold and length >= 8) or (plain and alone):
                return _Head(index, passage, naming)
        if not (is_resource_line(block) or is_date(block.text)):
            return None
    return None


def _title(outline: Outline, head: _Head | None, facts: Facts) -> tuple[str, Block | None]:
    """The title of a note, and the block that it is where it stands in the text.

    A heading that links the paper, then a title field, the front matter, any other heading, and
    at last the name of the file.
    """
    usable = head is not None and len(head.title) >= 3
    if head is not None and usable and (head.naming.linked or head.naming.marked):
        return head.title, heading_block(head.passage, head.naming)
    if facts.title is not None:
        passage, value = facts.title
        span, _ = clean_title(passage.block.text, value)
        if span.end > span.start:
            return passage.block.text[span.start : span.end], heading_block(passage, Naming(span))
    if outline.front.title is not None:
        return outline.front.title, _front_heading(outline.front)
    if head is not None and usable:
        return head.title, heading_block(head.passage, head.naming)
    return _title_from_name(outline.source.path), None


def _front_heading(front: FrontMatter) -> Block | None:
    if front.title is None or front.title_at is None:
        return None
    offsets = tuple(range(front.title_at, front.title_at + len(front.title)))
    return Block(BlockKind.HEADING, front.title, offsets)


def _title_from_name(path: str) -> str:
    name = _DATE_IN_NAME.sub("", PurePosixPath(path).stem)
    name = _YEAR_IN_NAME.sub("", re.sub(r"[-_]+", " ", name).strip())
    return " ".join(name.split()) or PurePosixPath(path).stem


def _front_identifiers(front: FrontMatter) -> Identifiers:
    names = words().fields.link
    fields = front.fields or {}
    return best_identifiers(
        [_plain(value) for name, value in fields.items() if key(name.replace("_", " ")) in names]
    )


def _front_year(front: FrontMatter) -> int | None:
    """The year of the paper; the date is the note's own and says nothing."""
    fields = front.fields or {}
    tags = fields.get("tags")
    said = [fields.get(name) for name in ("year", "venue", "conference", "journal")]
    said += tags if isinstance(tags, list) else []
    return next((year for value in said if (year := year_in(_plain(value)))), None)


def _plain(value: object) -> str:
    """A YAML value as text; lists and mappings, which may be endless, are none."""
    return str(value) if isinstance(value, str | int) else ""


def _identifiers_near_top(blocks: Sequence[Block]) -> Identifiers:
    """The paper that a note calls its own: "[this paper](...)", or a bare URL near the top."""
    for block in blocks:
        for link in block.links:
            if link_role(block, link) is LinkRole.PAPER and link.target.startswith("http"):
                return parse_identifiers(link.target)
    for block in blocks[:3]:
        for link in block.links:
            text = block.text[link.span.start : link.span.end]
            if text == link.target and is_paper_link(link.target):
                return parse_identifiers(link.target)
        mention = _ARXIV_MENTION.search(block.text)
        if mention is not None:
            return parse_identifiers(mention.group())
    return NO_IDENTIFIERS
