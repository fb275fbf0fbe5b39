"""Which paper a passage belongs to. The same rules serve every format with headings.

A file is one of
  a post        headings that name papers, each with prose below, among chapters and lists;
  a digest      a list of which each item is a title and a summary;
  a collection  headings of one level that are titles, each with an abstract below, no links;
  a list        papers that are named and not described;
  a note        everything else: one paper, if the text speaks of one.
"""

from collections.abc import Sequence
from statistics import median

from kg.model import BlockKind, Reading, Source
from kg.read.identifiers import is_elsewhere
from kg.read.items import split_items
from kg.read.links import is_resource_line, own_links
from kg.read.listings import parse_listing
from kg.read.metadata import FieldKind, FrontMatter, parse_fields
from kg.read.notes import read_note
from kg.read.outline import Outline, outline
from kg.read.posts import read_post
from kg.read.text import Passage
from kg.read.titles import is_list_heading, is_section
from kg.read.words import words

_ABSTRACT_WORDS = 25
_ABSTRACT_PARAGRAPHS = 3


def arrange(source: Source, passages: Sequence[Passage], front: FrontMatter) -> Reading:
    """The summarised and listed papers of a file, given its passages in order."""
    found = outline(source, passages, front)
    linked = _linked_headings(found)
    if _is_post(found, linked):
        return read_post(found, frozenset(linked + _unmarked(found, linked)))
    if not linked:
        items = split_items(found.passages)
        if items is not None:
            digest = outline(source, items, front)
            heads = (i for i in digest.namings if digest.passages[i].items)
            return read_post(digest, frozenset(heads))
        if _is_list(found):
            return read_post(found, frozenset())
    papers = linked + [i for i in _described_headings(found) if i not in linked]
    if _is_post(found, papers):
        return read_post(found, frozenset(papers))
    collection = _collection(found)
    return read_post(found, frozenset(collection)) if collection else read_note(found)


def _linked_headings(found: Outline) -> list[int]:
    """The headings that link a paper and have prose below or in their sections."""
    return [
        i
        for i, naming in found.namings.items()
        if (naming.marked or naming.linked)
        and found.may_name_paper(i)
        and any(found.is_prose(passage) for passage in found.within(i))
    ]


def _described_headings(found: Outline) -> list[int]:
    """The headings whose year, or whose first lines below, show that they name a paper."""
    return [
        i
        for i in found.namings
        if found.may_name_paper(i)
        and any(found.is_prose(passage) for passage in found.below(i))
        and (_has_own_link(found, i) or _is_dated(found, i))
    ]


def _has_own_link(found: Outline, index: int) -> bool:
    """Whether the first lines below a heading link the paper: "[Paper](...) [Code](...)"."""
    for passage in found.below(index):
        if parse_listing(passage.block) is not None:
            return False
        fields = parse_fields(passage.block, found.source.text)
        if any(FieldKind.LINK in entry.kinds for entry in fields):
            return True
        if not all(is_elsewhere(t) for t in own_links(passage.block, by_name=True)):
            return True
        if found.is_prose(passage):
            return False
    return False


def _is_dated(found: Outline, index: int) -> bool:
    """Whether a heading is a title with its year: "Some Longer Title (CVPR 2020)"."""
    return found.namings[index].year is not None and len(found.title(index).split()) > 2


def _is_post(found: Outline, papers: Sequence[int]) -> bool:
    """Whether a file speaks of several papers, or of one that stands among other things."""
    tops = [i for i in papers if not any(_encloses(found, j, i) for j in papers if j < i)]
    if len(tops) != 1:
        return len(tops) > 1
    before = found.passages[: tops[0]]
    return found.namings[tops[0]].marked and any(found.is_prose(p) or p.level for p in before)


def _encloses(found: Outline, outer: int, inner: int) -> bool:
    """Whether `inner` is a section of `outer`: deeper, and not marked as a paper's own."""
    if found.namings[inner].marked:
        return False
    level = found.passages[outer].level
    return all(found.passages[i].level > level for i in found.namings if outer < i <= inner)


def _unmarked(found: Outline, papers: Sequence[int]) -> list[int]:
    """Headings among those of the papers that forgot their link, but speak of a paper."""
    levels = [found.passages[i].level for i in papers]
    return [
        i
        for i in found.namings
        if i not in papers
        and levels.count(found.passages[i].level) >= 3
        and len(found.title(i).split()) > 2
        and found.may_name_paper(i)
        and any(words().cues.search(passage.block.text) for passage in found.below(i))
    ]


def _collection(found: Outline) -> list[int]:
    """The headings of a list of abstracts, or nothing where the file is not one."""
    levels = [found.passages[i].level for i in found.namings]
    if not levels:
        return []
    level = max(set(levels), key=lambda x: (levels.count(x), x))
    heads = [i for i in found.namings if found.passages[i].level == level]
    below = {i: list(found.below(i)) for i in heads}
    titles = [found.title(i) for i in heads]
    abstracts = [
        i for i in heads if sum(len(p.block.text.split()) for p in below[i]) >= _ABSTRACT_WORDS
    ]
    # Below a title of its own a file with sections looks much the same: ask for longer titles.
    has_title = found.front.title is not None or min(levels) < level
    is_collection = (
        len(heads) > 1
        and max(levels) == level
        and sum(is_section(t) or is_list_heading(t) for t in titles) <= 0.1 * len(heads)
        and median(len(t.split()) for t in titles) >= (6 if has_title else 4)
        and len(abstracts) >= 0.8 * len(heads)
        and not any(p.items for passages in below.values() for p in passages)
        and all(len(passages) <= _ABSTRACT_PARAGRAPHS for passages in below.values())
    )
    return abstracts if is_collection else []


def _is_list(found: Outline) -> bool:
    """Whether most of what a file says is names of papers."""
    texts = [p for p in found.passages if not p.level]
    listed = [parse_listing(p.block) is not None for p in texts]
    items = {p.items for p, is_listed in zip(texts, listed, strict=True) if is_listed and p.items}
    others = sum(
        not is_listed
        and p.block.kind is not BlockKind.CELL
        and not is_resource_line(p.block)
        and not any(p.items[:depth] in items for depth in range(1, len(p.items) + 1))
        for p, is_listed in zip(texts, listed, strict=True)
    )
    return sum(listed) >= max(3, others)
