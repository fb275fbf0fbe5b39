"""List items that name a paper and say nothing of it."""

import re
from collections.abc import Sequence

from kg.model import Block, Span
from kg.read.identifiers import is_paper_link
from kg.read.links import LinkRole, best_identifiers, bracketed, link_role, may_hold_paper, without
from kg.read.metadata import is_byline, year_in
from kg.read.titles import Naming, clean_title
from kg.read.words import words

_LONGEST_REST = 40
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|we|they|it|this|that|which|has|have|can|how|use[sd]?|using|show[sn]?"
    r"|propos\w+|introduc\w+|present[s]?|learns?|achieves?|to|about|where|when|if)\b"
)
_BEFORE_LINK = re.compile(r"[\W\d_]*(?:\[?[A-Z][\w' -]{1,20}\d{2,4}\]?)?\W*")
_AUTHORS = re.compile(r",\s+(?:[A-Z]\.[\s-]?)+\s?[A-Z]|,?\s+[A-Z][\w-]+,? et\.? al")
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]\"A-Z]{2})[.?!]\s+(?=[A-Z])")
_QUOTED = re.compile(r"[\"“]([^\"“”]{8,})[.,]?[\"”]")
_UNLINKED = re.compile(r"\((?:19|20)\d\d\)[,.]?\s+[A-Z][^()]{2,80}\bet\.? al")


def parse_listing(block: Block) -> Naming | None:
    """The paper that a list item names and does not describe, or None.

    "[Title](link)", "Title. [[pdf]](link) [[code]](link)", "**Title** (2016), A. Author et al.
    [[pdf]](link)". Prose with a link in it is no listing.
    """
    text = block.text
    roles = [(link, link_role(block, link)) for link in block.links]
    cuts = [bracketed(text, link.span) for link, role in roles if role is not None]
    lead = next((link for link, role in roles if role is None), None)
    if (
        lead is not None
        and is_paper_link(lead.target)
        and _BEFORE_LINK.fullmatch(text[: lead.span.start])
    ):
        if not _is_citation(without(text, cuts, lead.span.end)):
            return None
        return _naming(text, lead.span, [lead.target], linked=True)
    targets = [
        link.target
        for link, role in roles
        if role is LinkRole.PAPER and may_hold_paper(link.target)
    ]
    if targets:
        end = min(cut.start for cut in cuts)
        before = text[:end].split()
        if before and before[-1].lower().strip(".,:") in words().links.around:
            return None  # "see the [paper](...)"
        if not _is_citation(without(text, cuts, end)):
            return None
    elif _UNLINKED.search(text) and not block.links:
        end = len(text)
    else:
        return None
    title = _title_before(block, end)
    if _PROSE.search(text[title.end : end]) or len(text[title.start : title.end].split()) > 40:
        return None
    return _naming(text, title, targets, linked=False)


def _naming(text: str, span: Span, targets: Sequence[str], *, linked: bool) -> Naming | None:
    title, year = clean_title(text, span)
    if not re.search(r"[^\W\d_]{2}", text[title.start : title.end]):
        return None
    year = year or year_in(text[title.end :]) or year_in(text[: title.start])
    return Naming(title, best_identifiers(targets), year, marked=not linked, linked=linked)


def _is_citation(rest: str) -> bool:
    """Whether what follows a title is authors and venue, and no sentence."""
    return len(rest.split()) <= _LONGEST_REST and not _PROSE.search(rest)


def _title_before(block: Block, end: int) -> Span:
    """The title in `block.text[:end]`, where authors, venue and year may stand around it."""
    head = block.text[:end]
    for span in block.emphasis:
        opens = re.search(r"[^\W\d_]", head[: span.start]) is None
        if opens and span.end <= end and " " in head[span.start : span.end]:
            return span
    quoted = _QUOTED.search(head)
    if quoted and " " in quoted.group(1):
        return Span(*quoted.span(1))
    start = 0
    first = _SENTENCE.search(head)
    if first and is_byline(head[: first.start()]):  # "A. Author, B. Author. Title. Venue"
        start = first.end()
    year = re.search(r"[\s,]*\((?:19|20)\d\d\b", head[start:])
    if year and year.start() > 0:
        return Span(start, start + year.start())
    authors = _AUTHORS.search(head, start)
    if authors:
        return Span(start, authors.start())
    sentence = _SENTENCE.search(head, start)
    return Span(start, sentence.start() + 1 if sentence else end)
