"""What the links of a block are to the paper it speaks of: the paper itself, its code, others."""

import re
from collections.abc import Sequence
from enum import StrEnum

from kg.model import Block, Identifiers, Link, Span
from kg.read.identifiers import is_elsewhere, is_paper_file, is_paper_link, parse_identifiers
from kg.read.words import key, words

_LONGEST_NAME = 7
NO_IDENTIFIERS = Identifiers()

_VENUE_AND_YEAR = re.compile(r"[\[(]?[A-Za-z]{2,10}[\s'’-]*(?:(?:19|20)\d\d|\d\d)[\])]?")


class LinkRole(StrEnum):
    """What the text of a link says of its target: "[pdf]", "[code]"."""

    PAPER = "paper"
    OTHER = "other"


def name_role(text: str) -> LinkRole | None:
    """What a text such as "pdf" calls something, or None where it is a name or a title."""
    lists = words().links
    label = key(text)
    if label in lists.other:
        return LinkRole.OTHER
    parts = {key(p) for p in label.split()} if label.count(" ") < _LONGEST_NAME else set()
    if parts & lists.paper and parts <= lists.paper | lists.around:
        return LinkRole.PAPER
    if parts & lists.other and parts <= lists.paper | lists.around | lists.other:
        return LinkRole.OTHER
    if len(parts) <= 2 and parse_identifiers(text).arxiv:
        return LinkRole.PAPER
    return None


def link_role(block: Block, link: Link) -> LinkRole | None:
    """What a link calls its target; "[CVPR 2020]" is the paper where a paper lies there."""
    text = text_of(block, link)
    role = name_role(text)
    if role is None and _VENUE_AND_YEAR.fullmatch(text) and is_paper_link(link.target):
        return LinkRole.PAPER
    return role


def text_of(block: Block, link: Link) -> str:
    """The text of a link."""
    return block.text[link.span.start : link.span.end]


def own_links(block: Block, *, by_name: bool = False) -> list[str]:
    """The targets in a block that are the paper's own; `by_name` only those called "paper"."""
    targets = []
    for link in block.links:
        role = link_role(block, link)
        if role is LinkRole.PAPER or (role is None and not by_name and is_paper_link(link.target)):
            targets.append(link.target)
    return targets


def may_hold_paper(target: str) -> bool:
    """Whether a link that calls itself a paper may be one, though perhaps at an unknown site."""
    return parse_identifiers(target) != NO_IDENTIFIERS and (
        is_paper_link(target) or is_paper_file(target) or not is_elsewhere(target)
    )


def best_identifiers(targets: Sequence[str]) -> Identifiers:
    """What several links to one paper identify: the first arXiv id, DOI and URL among them."""
    found = [parse_identifiers(target) for target in targets]
    return Identifiers(
        arxiv=next((f.arxiv for f in found if f.arxiv), None),
        doi=next((f.doi for f in found if f.doi), None),
        url=next((f.url for f in found if f.url), None),
    )


def merged(first: Identifiers, second: Identifiers) -> Identifiers:
    """The first identifiers, completed by the second."""
    return Identifiers(
        arxiv=first.arxiv or second.arxiv,
        doi=first.doi or second.doi,
        url=first.url or second.url,
    )


def is_resource_line(block: Block) -> bool:
    """Whether a block is nothing but links to the paper, its code and the like."""
    if not block.links:
        return False
    named = [link.span for link in block.links if _is_resource(block, link)]
    rest = [key(word) for word in re.findall(r"[\w']+", without(block.text, named))]
    lists = words().links
    known = lists.paper | lists.around | lists.other | {"and"}
    return len(rest) <= 6 and all(word in known for word in rest)


def names_resource(block: Block) -> bool:
    """Whether a block links anything under a name such as "paper" or "code"."""
    return any(link_role(block, link) is not None for link in block.links)


def points_inside(block: Block) -> bool:
    """Whether a block is a line of a table of contents: one link to a place in the file."""
    return (
        len(block.links) == 1
        and block.links[0].target.startswith("#")
        and len(block.text) - len(text_of(block, block.links[0])) <= 4
    )


def bracketed(text: str, span: Span) -> Span:
    """`span` with the brackets and separators around it."""
    start, end = span.start, span.end
    while start > 0 and text[start - 1] in "[( ,|/·":
        start -= 1
    while end < len(text) and text[end] in "])":
        end += 1
    return Span(start, end)


def without(text: str, cuts: Sequence[Span], start: int = 0) -> str:
    """What is left of `text[start:]` when the cuts are taken out."""
    kept = []
    for cut in sorted(cuts):
        if cut.end > start:
            kept.append(text[start : max(start, cut.start)])
            start = cut.end
    return " ".join([*kept, text[start:]])


def _is_resource(block: Block, link: Link) -> bool:
    text = text_of(block, link)
    return link_role(block, link) is not None or text.startswith("http") or text == link.target
