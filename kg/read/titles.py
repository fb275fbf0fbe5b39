"""Titles in headings, and the links to the paper beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.model import Block, Identifiers, Link, Span
from kg.read.identifiers import is_paper_link
from kg.read.links import (
    NO_IDENTIFIERS,
    LinkRole,
    best_identifiers,
    bracketed,
    link_role,
    name_role,
    text_of,
)
from kg.read.metadata import year_in
from kg.read.words import key, words

_NUMBERING = re.compile(
    r"(?:\(?\d{1,3}[.):]\s+|\d+(?:\.\d+)+\.?\s+|#\d+\s*[:.]?\s+|[^\w\s\"'“(\[#@$+]+\s+"
    r"|(?:paper|title)(?:\s+\d+)?\s*:\s+)",
    re.I,
)
_YEAR_IN_BRACKETS = re.compile(
    r"\s*[\[(]\s*(?:[A-Za-z][\w&.'’/+-]*[\s,]+){0,6}(?:[A-Za-z]*['’]?)(?:19|20)?\d{2}"
    r"(?:[\s,]+(?:oral|spotlight|best paper|workshop|poster|w))*\s*[\])]\s*$",
    re.I,
)
_VENUE_IN_FRONT = re.compile(
    r"[\[(]\s*(?:[A-Z][A-Za-z]+[\s'’-]*(?:\d{4}|\d{2})|(?:19|20)\d\d)\s*[\])]\s*[:–—-]?\s*(?=\S)"
)
_VENUE_BEHIND = re.compile(
    r"[,;|–—]\s+[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:\s+Workshops?)?\s+(?:19|20)\d\d\s*$"
)
_GROUP = re.compile(r"[\[(]+\s*([^\[\]()]{2,40}?)\s*[\])]+")
_OPENERS = {")": "(", "]": "["}
_QUOTES = {'"': '"', "“": "”", "*": "*", "_": "_"}


@dataclass(frozen=True, slots=True)
class Naming:
    """How a block names a paper: the title's span in its text, and what identifies it.

    `marked` where a link or a bracket says "paper", `linked` where the title is itself a link
    to a paper.
    """

    title: Span
    identifiers: Identifiers = NO_IDENTIFIERS
    year: int | None = None
    marked: bool = False
    linked: bool = False


def parse_heading(block: Block) -> Naming:
    """The title of a heading without numbering, links to the paper, and year in brackets."""
    text = block.text
    roles = [(link, link_role(block, link)) for link in block.links]
    cuts = [bracketed(text, link.span) for link, role in roles if role is not None]
    targets = [link.target for link, role in roles if role is LinkRole.PAPER]
    marked = bool(targets)
    for group in _GROUP.finditer(text):
        parts = [p for p in re.split(r"\s*[,/|;·&]\s*", group.group(1)) if p]
        found = {name_role(p) for p in parts}
        if found and None not in found and not _overlaps(group.span(), cuts):
            cuts.append(Span(*group.span()))
            marked = marked or LinkRole.PAPER in found
            targets += parts
    segment = _longest_rest(len(text), cuts)
    year = next((y for link, role in roles if role and (y := year_in(text_of(block, link)))), None)
    linked = next((link for link, role in roles if role is None and _names(link, segment)), None)
    if linked is None:
        linked = next((k for k, role in roles if role is None and _opens(k, segment, text)), None)
    if linked is not None:
        targets.append(linked.target)
        if is_paper_link(linked.target):
            rest = text[linked.span.end : segment.end]
            year = year_in(rest) if _YEAR_IN_BRACKETS.search(rest) else year
            start, end = max(linked.span.start, segment.start), min(linked.span.end, segment.end)
            year = year or year_in(text[segment.start : start])
            segment = Span(start, end)
    title, inner_year = clean_title(text, segment)
    behind = _VENUE_BEHIND.search(text, title.start, title.end) if marked else None
    if behind:
        inner_year = inner_year or year_in(behind.group())
        title, _ = clean_title(text, Span(title.start, behind.start()))
    return Naming(
        title=title,
        identifiers=best_identifiers(targets),
        year=inner_year or year,
        marked=marked,
        linked=linked is not None and is_paper_link(linked.target),
    )


def clean_title(text: str, span: Span) -> tuple[Span, int | None]:
    """`span` without numbering, edge punctuation and a year in brackets, and that year."""
    start, end = span.start, span.end
    year = None
    while start < end:
        inside = text[start:end]
        last = inside[-1]
        if inside[0].isspace():
            start += 1
        elif (numbering := _NUMBERING.match(inside)) and numbering.end() < len(inside):
            start += numbering.end()
        elif (venue := _VENUE_IN_FRONT.match(inside)) is not None:
            year = year or year_in(venue.group())
            start += venue.end()
        elif inside.endswith("..."):
            break
        elif last in " \t.,;:|–—·/([" or inside.endswith(" -") or _is_unpaired(last, inside):
            end -= 1
        elif (brackets := _YEAR_IN_BRACKETS.search(inside)) and brackets.start() > 0:
            year = year_in(brackets.group()) or year
            end = start + brackets.start()
        else:
            break
    if end - start > 2 and _QUOTES.get(text[start]) == text[end - 1]:
        start, end = start + 1, end - 1
    return Span(start, end), year


def _is_unpaired(last: str, text: str) -> bool:
    """Whether a text ends with a bracket that it does not open."""
    return last in _OPENERS and text.count(last) > text.count(_OPENERS[last])


def is_section(title: str) -> bool:
    """Whether a heading names a part of a summary rather than a paper."""
    label = key(re.sub(r"^[\d.]+\s+", "", title))
    return not label or label in words().headings.sections


def is_list_heading(title: str) -> bool:
    """Whether a heading stands over papers that are only listed: "Other papers:"."""
    lists = words().headings
    parts = [key(p) for p in key(title).split()]
    alone = len(parts) == 1 and parts[0] in lists.lists
    opens = 1 < len(parts) <= 8 and parts[0] in lists.before_lists
    return alone or (opens and any(p in lists.lists for p in parts[1:]))


def _overlaps(span: tuple[int, int], cuts: Sequence[Span]) -> bool:
    return any(cut.start < span[1] and span[0] < cut.end for cut in cuts)


def _longest_rest(length: int, cuts: Sequence[Span]) -> Span:
    rests, start = [], 0
    for cut in sorted(cuts):
        rests.append(Span(start, max(start, cut.start)))
        start = max(start, cut.end)
    rests.append(Span(start, length))
    return max(rests, key=lambda s: (s.end - s.start, -s.start))


def _names(link: Link, segment: Span) -> bool:
    """Whether a link covers most of the segment that may be the title."""
    covered = min(link.span.end, segment.end) - max(link.span.start, segment.start)
    return bool(link.target) and covered > 0 and covered >= 0.6 * (segment.end - segment.start)


def _opens(link: Link, segment: Span, text: str) -> bool:
    """Whether the segment opens with a link to a paper, numbers and a venue aside."""
    before = text[segment.start : link.span.start]
    return (
        segment.start <= link.span.start < link.span.end <= segment.end
        and is_paper_link(link.target)
        and re.fullmatch(r"[\W\d_]*(?:[\[(][^\[\]()]{2,20}[\])])?\W*", before) is not None
    )
