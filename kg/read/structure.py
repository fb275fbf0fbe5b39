"""Which paper a passage belongs to: passages of any format to summaries and listed papers.

A file is one of
  a post       headings that link a paper, each with prose below, among chapters and lists;
  a collection headings of one level that are titles, each with an abstract below, no links;
  a list       papers that are named and not described;
  a note       everything else: one paper, if the text speaks of one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from kg.model import Block, BlockKind, Document, Identifiers, Reading, Reference, Source, Span
from kg.read.identifiers import is_paper_link, parse_identifiers, year_from_arxiv
from kg.read.metadata import (
    Field,
    FieldKind,
    FrontMatter,
    is_byline,
    is_date,
    parse_fields,
    year_in,
)
from kg.read.text import Passage, cut
from kg.read.titles import (
    LinkRole,
    Naming,
    best_identifiers,
    is_list_heading,
    is_resource_line,
    is_section,
    link_role,
    parse_heading,
    parse_listing,
)
from kg.read.words import key, words

_PROSE_WORDS = 8
_DATE_IN_NAME = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_ ]+")
_YEAR_IN_NAME = re.compile(r"[-_ ]*\(?(?:19|20)\d\d\)?$")
_YEAR_HEADING = re.compile(r"\W*(?:19|20)\d\d\W*")


@dataclass(frozen=True, slots=True)
class _Text:
    """A file before it is arranged."""

    source: Source
    passages: tuple[Passage, ...]
    front: FrontMatter
    namings: dict[int, Naming]

    def naming(self, index: int) -> Naming:
        return self.namings[index]

    def title(self, index: int) -> str:
        span = self.namings[index].title
        return self.passages[index].block.text[span.start : span.end]


def arrange(source: Source, passages: Sequence[Passage], front: FrontMatter) -> Reading:
    """The summarised and listed papers of a file, given its passages in order."""
    text = _Text(
        source,
        tuple(passages),
        front,
        {i: parse_heading(p.block) for i, p in enumerate(passages) if p.level},
    )
    papers = _paper_headings(text)
    if _is_post(text, papers):
        return _post(text, frozenset(papers))
    collection = _collection(text)
    if collection:
        return _post(text, frozenset(collection))
    if _is_list(text):
        return _post(text, frozenset())
    return _note(text)


# ------------------------------------------------------------------------------ kinds of file


def _paper_headings(text: _Text) -> list[int]:
    """The headings that name a paper and have prose below."""
    found = []
    for i in text.namings:
        naming, title = text.naming(i), text.title(i)
        if (
            (naming.marked or naming.linked)
            and re.search(r"\w{2}", title)
            and not is_section(title)
            and not is_list_heading(title)
            and any(_is_prose(text, p) for p in _below(text, i))
        ):
            found.append(i)
    return found


def _is_post(text: _Text, papers: Sequence[int]) -> bool:
    """Two papers or more; one only if it stands inside the file and not on top of it."""
    tops = [i for i in papers if not any(_encloses(text, j, i) for j in papers if j < i)]
    if len(tops) != 1:
        return len(tops) > 1
    before = text.passages[: tops[0]]
    return text.naming(tops[0]).marked and any(_is_prose(text, p) or p.level for p in before)


def _collection(text: _Text) -> list[int]:
    """The headings of a list of abstracts, or nothing where the file is not one."""
    if not text.namings:
        return []
    levels = [text.passages[i].level for i in text.namings]
    level = max(set(levels), key=lambda x: (levels.count(x), x))
    heads = [i for i in text.namings if text.passages[i].level == level]
    titles = [text.title(i) for i in heads]
    sections = sum(is_section(t) or is_list_heading(t) for t in titles)
    words_ = sorted(len(t.split()) for t in titles)
    abstracts = [
        i for i in heads if sum(len(p.block.text.split()) for p in _below(text, i)) >= 25
    ]
    named = text.front.title is not None or any(lv < level for lv in levels)
    if (
        len(heads) < 2
        or any(lv > level for lv in levels)
        or sections > 0.1 * len(heads)
        or words_[len(words_) // 2] < (6 if named else 4)
        or len(abstracts) < 0.8 * len(heads)
        or any(p.items for i in heads for p in _below(text, i))
        or not all(_paragraphs(text, i) <= 2 for i in heads)
    ):
        return []
    return abstracts


def _is_list(text: _Text) -> bool:
    listed = [p for p in text.passages if p.items and parse_listing(p.block)]
    inside = {p.items for p in listed}
    others = [
        p
        for p in text.passages
        if not p.level
        and p not in listed
        and not is_resource_line(p.block)
        and not any(p.items[: len(items)] == items for items in inside)
    ]
    return len(listed) >= 3 and len(listed) >= len(others)


def _paragraphs(text: _Text, heading: int) -> int:
    return sum(1 for _ in _below(text, heading))


def _below(text: _Text, heading: int) -> Iterator[Passage]:
    """The passages directly below a heading, down to the next heading."""
    for passage in text.passages[heading + 1 :]:
        if passage.level:
            return
        yield passage


def _encloses(text: _Text, outer: int, inner: int) -> bool:
    """Whether `inner` is a section of `outer`: deeper, and not marked as a paper's own."""
    if text.naming(inner).marked:
        return False
    levels = [text.passages[i].level for i in text.namings if outer < i <= inner]
    return all(level > text.passages[outer].level for level in levels)


def _is_prose(text: _Text, passage: Passage) -> bool:
    block = passage.block
    return (
        not passage.level
        and len(block.text.split()) >= _PROSE_WORDS
        and not parse_fields(block, text.source.text)
        and not is_byline(block.text)
        and parse_listing(block) is None
    )


# ------------------------------------------------------------------------------ posts, lists


@dataclass(slots=True)
class _Chapters:
    """The headings that the reader stands under, with the bold group line if there is one."""

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
        chain = tuple(title for _, title in self.stack)
        return (*chain, self.group) if self.group else chain


def _post(text: _Text, papers: frozenset[int]) -> Reading:
    chapters = _Chapters()
    documents: list[Document] = []
    listed: list[Reference] = []
    own_title = _post_title(text, papers)
    index = 0
    while index < len(text.passages):
        passage = text.passages[index]
        if index in papers:
            chapters.enter(passage.level, None)
            end = _summary_end(text, index, papers)
            body = text.passages[index + 1 : end]
            document, inside = _document(text, index, body, chapters.topic)
            listed += inside
            if document is not None:
                documents.append(document)
            index = end
            continue
        if passage.level:
            _enter(chapters, text, index, own_title)
            naming = text.naming(index)
            if naming.marked or naming.linked:
                _append(listed, _reference(passage, naming, chapters.topic))
        elif (group := _group_line(passage.block)) is not None:
            if _YEAR_HEADING.fullmatch(group):
                chapters.year = year_in(group)
            else:
                chapters.group = None if is_list_heading(group) else group
        elif passage.items and (naming := parse_listing(passage.block)) is not None:
            naming = _with_year(naming, text.passages, index, chapters.year)
            listed.append(_reference(passage, naming, chapters.topic))
        index += 1
    return Reading(
        text.source,
        text.front.title or (text.title(own_title) if own_title is not None else None),
        tuple(documents),
        tuple(listed),
    )


def _append(listed: list[Reference], reference: Reference) -> None:
    if reference.title and not is_section(reference.title) and not is_list_heading(reference.title):
        listed.append(reference)


def _enter(chapters: _Chapters, text: _Text, index: int, own_title: int | None) -> None:
    passage, naming = text.passages[index], text.naming(index)
    title = passage.block.text.rstrip(" :").strip()
    if _YEAR_HEADING.fullmatch(title):
        chapters.enter(passage.level, None)
        chapters.year = year_in(title)
    elif (
        index == own_title
        or is_list_heading(title)
        or naming.marked
        or naming.linked
    ):
        chapters.enter(passage.level, None)
    else:
        chapters.enter(passage.level, title)


def _post_title(text: _Text, papers: frozenset[int]) -> int | None:
    """The heading over the whole file, if the front matter names none."""
    if text.front.title is not None or not text.namings:
        return None
    first = next(iter(text.namings))
    level = text.passages[first].level
    over_all = all(text.passages[i].level > level for i in text.namings if i != first)
    return first if over_all and first not in papers else None


def _summary_end(text: _Text, index: int, papers: frozenset[int]) -> int:
    """Where the summary below a paper heading ends."""
    for i in range(index + 1, len(text.passages)):
        if not text.passages[i].level:
            continue
        if (
            text.passages[i].level <= text.passages[index].level
            or (i in papers and text.naming(i).marked)
            or is_list_heading(text.title(i))
        ):
            return i
    return len(text.passages)


def _group_line(block: Block) -> str | None:
    """The text of a paragraph that is bold from end to end: "**3D methods**:"."""
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.QUOTE) or len(block.text) > 80:
        return None
    body = block.text.rstrip(" :.")
    if block.links or not any(s.start == 0 and s.end >= len(body) for s in block.emphasis):
        return None
    return body or None


def _with_year(
    naming: Naming, passages: Sequence[Passage], index: int, year: int | None
) -> Naming:
    """The naming with the year of the list items below it, or of the heading above it."""
    if naming.year is not None:
        return naming
    items = passages[index].items
    for passage in passages[index + 1 :]:
        if len(passage.items) <= len(items) or passage.items[: len(items)] != items:
            break
        if (found := year_in(passage.block.text)) is not None:
            return replace(naming, year=found)
    return replace(naming, year=year)


def _reference(passage: Passage, naming: Naming, topic: tuple[str, ...]) -> Reference:
    title = passage.block.text[naming.title.start : naming.title.end]
    return Reference(
        title=title or None,
        identifiers=naming.identifiers,
        span=passage.span,
        topic=topic,
        year=naming.year or _arxiv_year(naming.identifiers),
    )


def _arxiv_year(identifiers: Identifiers) -> int | None:
    return year_from_arxiv(identifiers.arxiv) if identifiers.arxiv else None


def _document(
    text: _Text, index: int, body: Sequence[Passage], topic: tuple[str, ...]
) -> tuple[Document | None, list[Reference]]:
    """The summary below a heading, and the papers that lists inside it name."""
    passage, naming = text.passages[index], text.naming(index)
    blocks, listed, facts = _body(text, body, topic, lists=True)
    paper = _reference(passage, naming, topic)
    identifiers = _merged(naming.identifiers, facts.identifiers)
    paper = replace(
        paper, identifiers=identifiers, year=naming.year or facts.year or _arxiv_year(identifiers)
    )
    if not blocks:
        listed.insert(0, paper)
        return None, listed
    return Document(text.source, paper, (_heading(passage, naming), *blocks)), listed


def _heading(passage: Passage, naming: Naming) -> Block:
    """The title as a block of its own; links to the paper itself say nothing about it."""
    block = cut(passage.block, naming.title.start, naming.title.end, BlockKind.HEADING)
    return replace(block, links=())


# ------------------------------------------------------------------------------ one summary


@dataclass(slots=True)
class _Facts:
    """What the lines about the paper said: its title, identifiers and year."""

    title: tuple[Passage, Span] | None = None
    targets: list[str] = field(default_factory=list)
    year: int | None = None
    described: bool = False

    @property
    def identifiers(self) -> Identifiers:
        return best_identifiers(self.targets)


def _body(
    text: _Text, passages: Sequence[Passage], topic: tuple[str, ...], *, lists: bool
) -> tuple[list[Block], list[Reference], _Facts]:
    """The blocks of a summary with their sections; lines about the paper become facts.

    With `lists`, items that only name a paper are listed papers and no text.
    """
    blocks: list[Block] = []
    listed: list[Reference] = []
    facts = _Facts()
    sections: list[tuple[int, str]] = []
    for index, passage in enumerate(passages):
        block = passage.block
        if passage.level:
            while sections and sections[-1][0] >= passage.level:
                sections.pop()
            sections.append((passage.level, block.text.strip(" :#")))
            continue
        on_top = not blocks
        fields = parse_fields(block, text.source.text) if on_top else ()
        if fields:
            for entry in fields:
                _note_field(facts, entry, passage)
            continue
        if is_resource_line(block):
            facts.targets += _own_targets(block)
            continue
        if on_top and is_date(block.text):
            continue
        if on_top and is_byline(block.text):
            facts.described = True
            facts.year = facts.year or year_in(block.text)
            continue
        if lists and passage.items and (naming := parse_listing(block)) is not None:
            naming = _with_year(naming, passages, index, None)
            listed.append(_reference(passage, naming, topic))
            continue
        if not re.search(r"\w", block.text):
            continue
        blocks.append(replace(block, section=tuple(title for _, title in sections)))
    return blocks, listed, facts


def _own_targets(block: Block) -> list[str]:
    targets = []
    for link in block.links:
        role = link_role(block.text[link.span.start : link.span.end])
        if role is LinkRole.PAPER or (role is None and is_paper_link(link.target)):
            targets.append(link.target)
    return targets


def _note_field(facts: _Facts, entry: Field, passage: Passage) -> None:
    value = passage.block.text[entry.value.start : entry.value.end]
    targets = [link.target for link in entry.links if link.target]
    facts.described = True
    if FieldKind.TITLE in entry.kinds and facts.title is None and not value.startswith("http"):
        facts.title = (passage, entry.value)
        facts.targets += [t for t in targets if is_paper_link(t)]
    if FieldKind.LINK in entry.kinds:
        facts.targets += targets or ([value] if parse_identifiers(value) != Identifiers() else [])
    if entry.kinds & {FieldKind.YEAR, FieldKind.VENUE}:
        facts.year = facts.year or year_in(value)


def _merged(first: Identifiers, second: Identifiers) -> Identifiers:
    return Identifiers(
        arxiv=first.arxiv or second.arxiv,
        doi=first.doi or second.doi,
        url=first.url or second.url,
    )


# ------------------------------------------------------------------------------ notes


def _note(text: _Text) -> Reading:
    """One paper: all sections belong to its one summary."""
    head = _note_heading(text)
    passages = [p for i, p in enumerate(text.passages) if head is None or i != head[0]]
    blocks, _, facts = _body(text, passages, (), lists=False)
    naming = head[1] if head else Naming(Span(0, 0))
    front = _front_facts(text.front)
    identifiers = _merged(_merged(naming.identifiers, facts.identifiers), front)
    if identifiers == Identifiers():
        identifiers = _identifiers_near_top(blocks)
    title, heading = _note_title(text, head, facts)
    reading = Reading(text.source, text.front.title or title)
    prose = sum(len(block.text.split()) for block in blocks)
    if prose < _PROSE_WORDS or not (
        identifiers != Identifiers()
        or facts.described
        or any(words().cues.search(block.text) for block in blocks)
    ):
        return reading
    year = naming.year or facts.year or _front_year(text.front) or _arxiv_year(identifiers)
    span = heading_span(heading) if heading else _whole(text)
    paper = Reference(title, identifiers, span, (), year)
    summary = (heading, *blocks) if heading else tuple(blocks)
    return replace(reading, documents=(Document(text.source, paper, summary),))


def heading_span(block: Block) -> Span:
    """Where a title stands in the source."""
    return Span(block.offsets[0], block.offsets[-1] + 1)


def _whole(text: _Text) -> Span:
    passages = text.passages
    return Span(passages[0].span.start, passages[-1].span.end) if passages else Span(0, 0)


def _note_heading(text: _Text) -> tuple[int, Naming] | None:
    """The passage that is the title: the first heading, or a first line that is a link."""
    for index, passage in enumerate(text.passages):
        block = passage.block
        if passage.level:
            return None if is_section(text.title(index)) else (index, text.naming(index))
        naming = parse_heading(block)
        length = naming.title.end - naming.title.start
        alone = length >= 0.7 * len(block.text) and len(block.text.split()) <= 30
        if not passage.items and alone and (naming.linked or naming.marked):
            return index, naming
        if not passage.items and _group_line(block) and len(block.text.split()) > 1:
            return index, naming
        if not (is_resource_line(block) or is_date(block.text)):
            return None
    return None


def _note_title(
    text: _Text, head: tuple[int, Naming] | None, facts: _Facts
) -> tuple[str, Block | None]:
    """The title of a note, and the block that it is, where it stands in the text."""
    found: list[tuple[Passage, Span]] = []
    if head is not None:
        passage, naming = text.passages[head[0]], head[1]
        own = (passage, naming.title)
        title = passage.block.text[naming.title.start : naming.title.end]
        if len(title) >= 3 and (naming.linked or naming.marked):
            return title, _heading(passage, naming)
        if len(title) >= 3:
            found.append(own)
    if facts.title is not None:
        found.insert(0, facts.title)
    elif text.front.title is not None:
        return text.front.title, _front_heading(text)
    if found:
        passage, span = found[0]
        naming = Naming(span)
        return passage.block.text[span.start : span.end], _heading(passage, naming)
    return _title_from_name(text.source.path), None


def _front_heading(text: _Text) -> Block | None:
    front = text.front
    if front.title is None or front.title_at is None:
        return None
    offsets = tuple(range(front.title_at, front.title_at + len(front.title)))
    return Block(BlockKind.HEADING, front.title, offsets)


def _title_from_name(path: str) -> str:
    name = _DATE_IN_NAME.sub("", PurePosixPath(path).stem)
    name = _YEAR_IN_NAME.sub("", re.sub(r"[-_]+", " ", name).strip())
    return " ".join(name.split()) or PurePosixPath(path).stem


def _front_facts(front: FrontMatter) -> Identifiers:
    fields = front.fields or {}
    names = words().fields.link
    return best_identifiers(
        [str(value) for name, value in fields.items() if key(name.replace("_", " ")) in names]
    )


def _front_year(front: FrontMatter) -> int | None:
    fields = front.fields or {}
    for name in ("year", "venue", "conference", "journal"):
        if (year := year_in(str(fields.get(name, "")))) is not None:
            return year
    tags = fields.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        if (year := year_in(str(tag))) is not None:
            return year
    return None


def _identifiers_near_top(blocks: Sequence[Block]) -> Identifiers:
    """The paper that the first blocks call theirs: "[Link to the paper](...)", "this paper"."""
    for block in blocks:
        for link in block.links:
            text = block.text[link.span.start : link.span.end]
            if link_role(text) is LinkRole.PAPER and link.target.startswith("http"):
                return parse_identifiers(link.target)
    for block in blocks[:3]:
        for link in block.links:
            if block.text[link.span.start : link.span.end] == link.target and is_paper_link(
                link.target
            ):
                return parse_identifiers(link.target)
        if (found := parse_identifiers_in(block.text)) is not None:
            return found
    return Identifiers()


def parse_identifiers_in(text: str) -> Identifiers | None:
    """The arXiv id that a text names with the word "arXiv" before it."""
    match = re.search(r"arxiv\s*[:.]?\s*(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", text, re.I)
    found = parse_identifiers(match.group()) if match else None
    return found if found is not None and found.arxiv else None
