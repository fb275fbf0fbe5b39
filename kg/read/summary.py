"""The text of one summary: blocks with their sections, and the facts that lines about it give."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kg.model import Block, BlockKind, Identifiers, Reference, Span
from kg.read.identifiers import is_paper_link, parse_identifiers
from kg.read.links import (
    NO_IDENTIFIERS,
    best_identifiers,
    is_resource_line,
    names_resource,
    own_links,
    points_inside,
)
from kg.read.listings import parse_listing
from kg.read.metadata import Field, FieldKind, is_byline, is_date, parse_fields, year_in
from kg.read.outline import BOLD_LEVEL, Outline, bold_line, reference
from kg.read.text import Passage, cut
from kg.read.titles import Naming, is_list_heading, is_section


@dataclass(slots=True)
class Facts:
    """What the lines about a paper said: its title, links and year.

    `described` where there was any such line, which only the summary of a paper has.
    """

    title: tuple[Passage, Span] | None = None
    targets: list[str] = field(default_factory=list)
    year: int | None = None
    described: bool = False

    @property
    def identifiers(self) -> Identifiers:
        """What the links identify."""
        return best_identifiers(self.targets)


@dataclass(slots=True)
class Summary:
    """The blocks below a title, the papers that its lists name, and its facts."""

    blocks: list[Block] = field(default_factory=list)
    listed: list[Reference] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)


def summarise(
    outline: Outline, passages: Sequence[Passage], topic: tuple[str, ...], *, lists: bool
) -> Summary:
    """The summary that the passages below a title are.

    Headings become sections. Lines about the paper (authors, links, dates) become facts while
    no text has been met, and links that call themselves the paper always. With `lists`, items
    that only name a paper are listed papers and no text.
    """
    found = Summary()
    sections: list[tuple[int, str]] = []
    for index, passage in enumerate(passages):
        block, on_top = passage.block, not found.blocks
        label = bold_line(passage)
        if passage.level or (label is not None and is_section(label)):
            level = passage.level or BOLD_LEVEL
            while sections and sections[-1][0] >= level:
                sections.pop()
            sections.append((level, (label or block.text).strip(" :#")))
            continue
        if on_top and _take_facts(found.facts, passage, outline.source.text):
            fields = parse_fields(block, outline.source.text)
            rest = fields[-1].value.end if fields else len(block.text)
            while rest < len(block.text) and block.text[rest] == " ":
                rest += 1
            if rest == len(block.text):
                continue
            block = cut(block, rest, len(block.text))
        if is_resource_line(block) and (on_top or names_resource(block)):
            found.facts.targets += own_links(block, by_name=not on_top)
            continue
        if points_inside(block) or not re.search(r"\w", block.text):
            continue
        if lists and block.kind is BlockKind.PARAGRAPH and is_list_heading(block.text):
            continue
        if lists and passage.items and (naming := parse_listing(block)) is not None:
            naming = with_year(naming, passages, index, None)
            found.listed.append(reference(passage, naming, topic))
            continue
        found.blocks.append(replace(block, section=tuple(title for _, title in sections)))
    return found


def with_year(naming: Naming, passages: Sequence[Passage], index: int, year: int | None) -> Naming:
    """The naming with the year of the list items below it, or else `year`."""
    if naming.year is not None:
        return naming
    items = passages[index].items
    for passage in passages[index + 1 :]:
        if not items or len(passage.items) <= len(items) or passage.items[: len(items)] != items:
            break
        if (found := year_in(passage.block.text)) is not None:
            return replace(naming, year=found)
    return replace(naming, year=year)


def _take_facts(facts: Facts, passage: Passage, source_text: str) -> bool:
    """Note what a line about the paper says; False where the passage is no such line."""
    block = passage.block
    fields = parse_fields(block, source_text)
    if fields:
        for entry in fields:
            _take_field(facts, entry, passage)
        return True
    if is_date(block.text):
        return True
    if is_byline(block.text):
        facts.described = True
        facts.year = facts.year or year_in(block.text)
        return True
    return False


def _take_field(facts: Facts, entry: Field, passage: Passage) -> None:
    value = passage.block.text[entry.value.start : entry.value.end]
    targets = [link.target for link in entry.links if link.target]
    facts.described = True
    if FieldKind.TITLE in entry.kinds and facts.title is None and not value.startswith("http"):
        facts.title = (passage, entry.value)
        facts.targets += [target for target in targets if is_paper_link(target)]
    if FieldKind.LINK in entry.kinds:
        facts.targets += targets or ([value] if parse_identifiers(value) != NO_IDENTIFIERS else [])
    if entry.kinds & {FieldKind.YEAR, FieldKind.VENUE}:
        facts.year = facts.year or year_in(value)
