"""Files that speak of many papers: posts, lists of abstracts, lists of papers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kg.model import BlockKind, Document, Reading, Reference
from kg.read.identifiers import year_from_arxiv
from kg.read.links import merged
from kg.read.listings import parse_listing
from kg.read.metadata import year_in
from kg.read.outline import Outline, bold_line, heading_block, reference
from kg.read.summary import summarise, with_year
from kg.read.text import Passage, cut, lines_of
from kg.read.titles import is_list_heading
from kg.read.words import key, words

_YEAR_ALONE = re.compile(r"\W*(?:19|20)\d\d\W*")


@dataclass(slots=True)
class _Chapters:
    """The headings that a reader stands under, and the bold group line if there is one."""

    stack: list[tuple[int, str]] = field(default_factory=list)
    group: str | None = None
    year: int | None = None

    def enter(self, level: int, title: str | None) -> None:
        """Go below a heading; one without title closes what it closes and adds nothing."""
        while self.stack and self.stack[-1][0] >= level:
            self.stack.pop()
        self.group = self.year = None
        if title:
            self.stack.append((level, title))

    @property
    def topic(self) -> tuple[str, ...]:
        """The titles from the outermost to the group line."""
        chain = tuple(title for _, title in self.stack)
        return (*chain, self.group) if self.group else chain


def read_post(outline: Outline, papers: frozenset[int]) -> Reading:
    """The summaries below the headings `papers`, and the papers that the rest lists.

    `papers` are indices of passages; it may be empty for a file that only lists.
    """
    chapters = _Chapters()
    documents: list[Document] = []
    listed: list[Reference] = []
    own_title = _own_title(outline, papers)
    index = 0
    while index < len(outline.passages):
        passage = outline.passages[index]
        if index in papers:
            chapters.enter(passage.level, None)
            end = _summary_end(outline, index, papers)
            document, named = _read_summary(outline, index, end, chapters.topic)
            documents += document
            listed += named
            index = end
            continue
        if passage.level:
            _enter(chapters, outline, index, own_title)
            naming = outline.namings[index]
            if (naming.marked or naming.linked) and outline.may_name_paper(index):
                listed.append(reference(passage, naming, chapters.topic))
        elif (group := bold_line(passage)) is not None:
            if _YEAR_ALONE.fullmatch(group):
                chapters.year = year_in(group)
            else:
                chapters.group = None if is_list_heading(group) else group
        else:
            listed += _listed(outline, index, chapters)
        index += 1
    title = outline.front.title or (None if own_title is None else outline.title(own_title))
    return Reading(outline.source, title, tuple(documents), tuple(listed))


def _own_title(outline: Outline, papers: frozenset[int]) -> int | None:
    """The heading over the whole file, if the front matter names none."""
    if outline.front.title is not None or not outline.namings:
        return None
    first = next(iter(outline.namings))
    level = outline.passages[first].level
    over_all = all(outline.passages[i].level > level for i in outline.namings if i != first)
    return first if over_all and first not in papers else None


def _enter(chapters: _Chapters, outline: Outline, index: int, own_title: int | None) -> None:
    """Go below a heading that is no summary."""
    level, naming = outline.passages[index].level, outline.namings[index]
    title = outline.passages[index].block.text.rstrip(" :")
    is_chapter = not (
        index == own_title
        or is_list_heading(title)
        or key(title) in words().headings.contents
        or _YEAR_ALONE.fullmatch(title)
        or naming.marked
        or naming.linked
    )
    chapters.enter(level, title if is_chapter else None)
    if _YEAR_ALONE.fullmatch(title):
        chapters.year = year_in(title)


def _summary_end(outline: Outline, index: int, papers: frozenset[int]) -> int:
    """Where the summary below a paper's heading ends."""
    level, items = outline.passages[index].level, outline.passages[index].items
    for i in range(index + 1, len(outline.passages)):
        if items and outline.passages[i].items[: len(items)] != items:
            return i
        if outline.passages[i].level and (
            outline.passages[i].level <= level
            or (i in papers and outline.namings[i].marked)
            or is_list_heading(outline.title(i))
        ):
            return i
    return len(outline.passages)


def _read_summary(
    outline: Outline, index: int, end: int, topic: tuple[str, ...]
) -> tuple[list[Document], list[Reference]]:
    """The summary below a heading, if there is text, and the papers that its lists name."""
    passage, naming = outline.passages[index], outline.namings[index]
    summary = summarise(outline, outline.passages[index + 1 : end], topic, lists=True)
    identifiers = merged(naming.identifiers, summary.facts.identifiers)
    year = naming.year or summary.facts.year
    if year is None and identifiers.arxiv:
        year = year_from_arxiv(identifiers.arxiv)
    paper = replace(reference(passage, naming, topic), identifiers=identifiers, year=year)
    if not summary.blocks:
        return [], [paper, *summary.listed]
    blocks = (heading_block(passage, naming), *summary.blocks)
    return [Document(outline.source, paper, blocks)], summary.listed


def _listed(outline: Outline, index: int, chapters: _Chapters) -> Iterator[Reference]:
    """The papers that a passage between the summaries names."""
    passage = outline.passages[index]
    if passage.block.kind is BlockKind.CELL:
        yield from _listed_in_row(outline, index, chapters)
        return
    naming = parse_listing(passage.block)
    if passage.items and naming is not None:
        naming = with_year(naming, outline.passages, index, chapters.year)
        yield reference(passage, naming, chapters.topic)
        return
    lines = [_line(passage, s.start, s.end) for s in lines_of(passage.block, outline.source.text)]
    namings = [parse_listing(line.block) for line in lines]
    if all(n is not None and n.linked for n in namings):
        for line, found in zip(lines, namings, strict=True):
            if found is not None:
                yield reference(line, found, chapters.topic)


def _listed_in_row(outline: Outline, index: int, chapters: _Chapters) -> Iterator[Reference]:
    """The paper that a table's row names, given the index of any of its cells.

    A row names a paper where one of its cells is a title with a link.
    """
    row = _row(outline, index)
    if outline.passages[index] is not row[0]:
        return
    for cell in row:
        naming = parse_listing(cell.block)
        if naming is not None and len(cell.block.text.split()) > 1:
            yield reference(
                cell, replace(naming, year=naming.year or _row_year(row)), chapters.topic
            )
            return


def _row(outline: Outline, index: int) -> list[Passage]:
    """The cells on the source line of the cell at `index`."""
    passages, source = outline.passages, outline.source
    line = source.line_of(passages[index].span.start)
    near = passages[max(0, index - 40) : index + 40]
    return [
        p for p in near if p.block.kind is BlockKind.CELL and source.line_of(p.span.start) == line
    ]


def _row_year(row: list[Passage]) -> int | None:
    return next((y for cell in row if (y := year_in(cell.block.text)) is not None), None)


def _line(passage: Passage, start: int, end: int) -> Passage:
    block = cut(passage.block, start, end)
    return replace(passage, block=block)
