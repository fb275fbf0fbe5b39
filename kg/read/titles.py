"""Titles in headings and list items, and the links to the paper beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kg.model import Block, Identifiers, Link, Span
from kg.read.identifiers import is_elsewhere, is_paper_file, is_paper_link, parse_identifiers
from kg.read.metadata import year_in
from kg.read.words import key, words

_NUMBERING = re.compile(
    r"(?:\(?\d{1,3}[.):]\s+|\d+(?:\.\d+)+\.?\s+|#\d+\s*[:.]?\s+|[^\w\s\"'(\[#@$+]+\s+"
    r"|(?:paper|title)(?:\s+\d+)?\s*:\s+)",
    re.I,
)
_VENUE_YEAR = re.compile(
    r"\s*[\[(]\s*(?:[A-Za-z][\w&.'’/+-]*[\s,]+){0,6}(?:[A-Za-z]*['’]?)(?:19|20)?\d{2}"
    r"(?:[\s,]+(?:oral|spotlight|best paper|workshop|poster|w))*\s*[\])]\s*$",
    re.I,
)
_GROUP = re.compile(r"[\[(]+\s*([^\[\]()]{2,40}?)\s*[\])]+")
_CLOSERS = {")": "(", "]": "["}
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|we|they|it|this|that|which|has|have|can|how|use[sd]?|using|show[sn]?"
    r"|propos\w+|introduc\w+|present[s]?|learns?|achieves?|to|about|where|when|if)\b"
)
_INITIAL = re.compile(r",\s+(?:[A-Z]\.[\s-]?)+\s?[A-Z]|,?\s+[A-Z][\w-]+,? et\.? al")
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]\"A-Z]{2})[.?!]\s+(?=[A-Z])")
_UNLINKED = re.compile(r"\((?:19|20)\d\d\)[,.]?\s+[A-Z][^()]{2,80}\bet\.? al")


NO_IDENTIFIERS = Identifiers()


class LinkRole(StrEnum):
    """What a link says of a paper by its text alone: "[pdf]", "[code]"."""

    PAPER = "paper"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Naming:
    """How a block names a paper: the title's span in its text, and what identifies it.

    `marked` where a link or a bracket says "paper", `linked` where the title is itself a link
    to a paper. `link` is the target that gave the identifiers.
    """

    title: Span
    identifiers: Identifiers = NO_IDENTIFIERS
    year: int | None = None
    marked: bool = False
    linked: bool = False


def link_role(text: str) -> LinkRole | None:
    """What the text of a link calls its target, or None where it is a name or a title."""
    lists = words().links
    label = key(text)
    if label in lists.other:
        return LinkRole.OTHER
    parts = [key(p) for p in label.split()]
    if label in lists.paper or (
        0 < len(parts) <= 7
        and any(p in lists.paper for p in parts)
        and all(p in lists.paper or p in lists.around for p in parts)
    ):
        return LinkRole.PAPER
    if len(parts) <= 2 and parse_identifiers(text).arxiv:
        return LinkRole.PAPER
    return None


def parse_heading(block: Block) -> Naming:
    """The title of a heading without numbering, links to the paper, and year in brackets."""
    text = block.text
    roles = [(link, link_role(_text(block, link))) for link in block.links]
    cuts = [_around(text, link.span) for link, role in roles if role is not None]
    own = [link for link, role in roles if role is LinkRole.PAPER]
    bracketed = False
    for group in _GROUP.finditer(text):
        parts = [p for p in re.split(r"\s*[,/|;·&]\s*", group.group(1)) if p]
        found = {link_role(p) for p in parts}
        if found and None not in found and not _taken(group.span(), cuts):
            cuts.append(Span(*group.span()))
            bracketed = bracketed or LinkRole.PAPER in found
    segment = _longest_rest(len(text), cuts)
    linked = next(
        (link for link, role in roles if role is None and _names(link, segment, text)), None
    )
    year = None
    if linked is not None and is_paper_link(linked.target):
        rest = text[linked.span.end : segment.end]
        year = year_in(rest) if _VENUE_YEAR.search(rest) else None
        segment = linked.span
    span, inner_year = clean_title(text, segment)
    targets = [link.target for link in own]
    if linked is not None:
        targets.append(linked.target)
    return Naming(
        title=span,
        identifiers=best_identifiers(targets),
        year=inner_year or year,
        marked=bool(own) or bracketed,
        linked=linked is not None and is_paper_link(linked.target),
    )


def parse_listing(block: Block) -> Naming | None:
    """The paper that a list item names and does not describe, or None.

    "[Title](link)", "Title. [[pdf]](link) [[code]](link)", "**Title** (2016), A. Author et al.
    [[pdf]](link)". Prose with a link in it is no listing.
    """
    text = block.text
    roles = [(link, link_role(_text(block, link))) for link in block.links]
    cuts = [_around(text, link.span) for link, role in roles if role is not None]
    lead = next((link for link, role in roles if role is None), None)
    if lead is not None and is_paper_link(lead.target) and _opens(text[: lead.span.start]):
        if not _is_citation(_without(text, cuts, lead.span.end)):
            return None
        span, year = clean_title(text, lead.span)
        year = year or year_in(text[lead.span.end :])
        return _listing(text, span, [lead.target], year, linked=True)
    own = [
        link
        for link, role in roles
        if role is LinkRole.PAPER and (is_paper_link(link.target) or _is_unlisted_file(link.target))
    ]
    if own:
        head_end = min(cut.start for cut in cuts)
        head = text[:head_end]
        last = head.split()[-1].lower().strip(".,:") if head.split() else ""
        if last in words().links.around or not _is_citation(_without(text, cuts, head_end)):
            return None
        targets = [link.target for link in own]
    elif _UNLINKED.search(text) and not block.links:
        head_end, targets = len(text), []
    else:
        return None
    span, year = clean_title(text, Span(0, _title_end(block, head_end)))
    if _PROSE.search(text[span.end : head_end]) or len(text[span.start : span.end].split()) > 40:
        return None
    year = year or year_in(text[span.end :])
    return _listing(text, span, targets, year, linked=False)


def clean_title(text: str, span: Span) -> tuple[Span, int | None]:
    """`span` without numbering, edge punctuation and a year in brackets, and that year."""
    start, end = span.start, span.end
    year = None
    while True:
        while start < end and text[start].isspace():
            start += 1
        numbering = _NUMBERING.match(text, start, end)
        if numbering and numbering.end() < end:
            start = numbering.end()
            continue
        last = text[end - 1 : end] if end > start else ""
        inside = text[start:end]
        if last and (last in " \t.,;:|–—·/" or (last == "-" and inside[-2:-1] == " ")):
            if inside.endswith("..."):
                break
            end -= 1
        elif last and (last in "([" or _is_unpaired(last, inside)):
            end -= 1
        elif (venue := _VENUE_YEAR.search(inside)) and venue.start() > 0 and last in ")]":
            year = year_in(venue.group()) or year
            end = start + venue.start()
        else:
            break
    pairs = {'"': '"', "“": "”", "*": "*", "_": "_"}
    if end - start > 2 and pairs.get(text[start]) == text[end - 1]:
        start, end = start + 1, end - 1
    return Span(start, end), year


def _is_unpaired(bracket: str, text: str) -> bool:
    opener = _CLOSERS.get(bracket)
    return opener is not None and text.count(bracket) > text.count(opener)


def best_identifiers(targets: Sequence[str]) -> Identifiers:
    """Of several links to one paper, the arXiv id first, then a DOI, then the first URL."""
    found = [parse_identifiers(target) for target in targets]
    arxiv = next((f.arxiv for f in found if f.arxiv), None)
    doi = next((f.doi for f in found if f.doi), None)
    url = next((f.url for f in found if f.url), None)
    return Identifiers(arxiv=arxiv, doi=doi, url=url)


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


def is_resource_line(block: Block) -> bool:
    """Whether a block is nothing but links to the paper, its code and the like."""
    if not block.links:
        return False
    text = _without(block.text, [link.span for link in block.links if _is_resource(block, link)], 0)
    rest = [key(w) for w in re.findall(r"[\w']+", text)]
    lists = words().links
    return len(rest) <= 6 and all(
        w in lists.paper or w in lists.around or w in lists.other or w == "and" for w in rest
    )


def _is_resource(block: Block, link: Link) -> bool:
    text = _text(block, link)
    return link_role(text) is not None or text.startswith("http") or text == link.target


def _text(block: Block, link: Link) -> str:
    return block.text[link.span.start : link.span.end]


def _around(text: str, span: Span) -> Span:
    """`span` with the brackets and separators around it."""
    start, end = span.start, span.end
    while start > 0 and text[start - 1] in "[( ,|/·":
        start -= 1
    while end < len(text) and text[end] in "])":
        end += 1
    return Span(start, end)


def _taken(span: tuple[int, int], cuts: Sequence[Span]) -> bool:
    return any(cut.start < span[1] and span[0] < cut.end for cut in cuts)


def _longest_rest(length: int, cuts: Sequence[Span]) -> Span:
    rests, start = [], 0
    for cut in sorted(cuts):
        rests.append(Span(start, max(start, cut.start)))
        start = max(start, cut.end)
    rests.append(Span(start, length))
    return max(rests, key=lambda s: (s.end - s.start, -s.start))


def _names(link: Link, segment: Span, text: str) -> bool:
    """Whether a link is the title of the segment it stands in."""
    if link.span.start < segment.start or link.span.end > segment.end or not link.target:
        return False
    opens = not re.search(r"\w{2}", text[segment.start : link.span.start])
    covers = link.span.end - link.span.start >= 0.6 * (segment.end - segment.start)
    return covers or (opens and is_paper_link(link.target))


def _opens(before: str) -> bool:
    return re.fullmatch(r"[\W\d_]*(?:\[?[A-Z][\w' -]{1,20}\d{2,4}\]?)?\W*", before) is not None


def _without(text: str, cuts: Sequence[Span], start: int) -> str:
    kept = []
    for cut in sorted(cuts):
        if cut.end > start:
            kept.append(text[start : max(start, cut.start)])
            start = cut.end
    return " ".join([*kept, text[start:]])


def _is_citation(tail: str) -> bool:
    return len(tail.split()) <= 40 and not _PROSE.search(tail)


def _is_unlisted_file(target: str) -> bool:
    """Whether a link that calls itself a paper may be one although its site is unknown."""
    return parse_identifiers(target).url is not None and (
        is_paper_file(target) or not is_elsewhere(target)
    )


def _title_end(block: Block, head_end: int) -> int:
    head = block.text[:head_end]
    bold = next((s for s in block.emphasis if s.start <= 2 and s.end <= head_end), None)
    if bold is not None and " " in head[bold.start : bold.end]:
        return bold.end
    year = re.search(r"[\s,]*\((?:19|20)\d\d\b", head)
    if year and year.start() > 0:
        return year.start()
    initial = _INITIAL.search(head)
    if initial:
        return initial.start()
    sentence = _SENTENCE.search(head)
    return sentence.start() + 1 if sentence else head_end


def _listing(
    text: str, span: Span, targets: Sequence[str], year: int | None, *, linked: bool
) -> Naming | None:
    if not re.search(r"\w{2}", text[span.start : span.end]):
        return None
    return Naming(span, best_identifiers(targets), year, marked=not linked, linked=linked)
