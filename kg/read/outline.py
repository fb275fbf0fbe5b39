"""The passages of a file with what its headings name, before it is known what they belong to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.model import Block, BlockKind, Reference, Source
from kg.read.identifiers import year_from_arxiv
from kg.read.listings import parse_listing
from kg.read.metadata import FrontMatter, is_byline, parse_fields
from kg.read.text import Passage, count_words, cut
from kg.read.titles import Naming, is_list_heading, is_section, parse_heading

BOLD_LEVEL = 7
"""The level of a bold line that serves as a heading: below all others."""

_PROSE_WORDS = 8
_GROUP_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Outline:
    """`namings` holds, for each passage that is a heading, the paper that it may name."""

    source: Source
    passages: tuple[Passage, ...]
    front: FrontMatter
    namings: dict[int, Naming]

    def title(self, index: int) -> str:
        """The title in the heading at `index`."""
        span = self.namings[index].title
        return self.passages[index].block.text[span.start : span.end]

    def below(self, index: int) -> Iterator[Passage]:
        """The passages below a heading, down to the next heading."""
        for passage in self.passages[index + 1 :]:
            if passage.level:
                return
            yield passage

    def within(self, index: int) -> Iterator[Passage]:
        """The passages below a heading and in its sections, up to a heading of its own level."""
        for i in range(index + 1, len(self.passages)):
            level = self.passages[i].level
            if level and (level <= self.passages[index].level or self.namings[i].marked):
                return
            if not level:
                yield self.passages[i]

    def is_prose(self, passage: Passage) -> bool:
        """Whether a passage tells something: not a heading, a field, a byline or a title."""
        block = passage.block
        return (
            not passage.level
            and count_words(block.text) >= _PROSE_WORDS
            and not parse_fields(block, self.source.text)
            and not is_byline(block.text)
            and parse_listing(block) is None
        )

    def may_name_paper(self, index: int) -> bool:
        """Whether a heading could be a title: it has words and is no section or list."""
        title = self.title(index)
        return bool(re.search(r"[^\W\d_]{2}", title)) and not (
            is_section(title) or is_list_heading(title)
        )


def outline(source: Source, passages: Sequence[Passage], front: FrontMatter) -> Outline:
    """The outline of a file, bold lines that name papers taken as headings."""
    bold = [i for i, passage in enumerate(passages) if _is_bold_title(passage)]
    if len(bold) >= 2:
        passages = list(passages)
        for i in bold:
            block = replace(passages[i].block, kind=BlockKind.HEADING)
            passages[i] = replace(passages[i], block=block, level=BOLD_LEVEL)
    namings = {i: parse_heading(p.block) for i, p in enumerate(passages) if p.level}
    return Outline(source, tuple(passages), front, namings)


def bold_line(passage: Passage) -> str | None:
    """The text of a paragraph that is bold from end to end: "**3D methods**:"."""
    block = passage.block
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.QUOTE) or len(block.text) > _GROUP_LENGTH:
        return None
    body = block.text.rstrip(" :.")
    if block.links or not any(s.start == 0 and s.end >= len(body) for s in block.emphasis):
        return None
    return body or None


def heading_block(passage: Passage, naming: Naming) -> Block:
    """The title as a block of its own; links to the paper itself say nothing about it."""
    block = cut(passage.block, naming.title.start, naming.title.end, BlockKind.HEADING)
    return replace(block, links=(), depth=0)


def reference(passage: Passage, naming: Naming, topic: tuple[str, ...]) -> Reference:
    """The paper that a passage names."""
    title = passage.block.text[naming.title.start : naming.title.end]
    arxiv = naming.identifiers.arxiv
    return Reference(
        title=title or None,
        identifiers=naming.identifiers,
        span=passage.span,
        topic=topic,
        year=naming.year or (year_from_arxiv(arxiv) if arxiv else None),
    )


def _is_bold_title(passage: Passage) -> bool:
    block = passage.block
    if block.kind is not BlockKind.PARAGRAPH or not block.links or not block.emphasis:
        return False
    naming = parse_heading(block)
    start, end = naming.title.start, naming.title.end
    return (
        (naming.marked or naming.linked)
        and end - start >= 8
        and any(s.start <= start and s.end >= end for s in block.emphasis)
        and parse_listing(block) is not None
    )
