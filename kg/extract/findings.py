"""What the extractors say: findings of one summary, before names are resolved to nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.extract.candidates import Mention
from kg.extract.words import Page
from kg.model import Block, Evidence, Identifiers, Kind, Relation, Span

MODEL = "relevance-model"
"""The rule named by evidence that no pattern speaks for: the fitted model decided alone."""

PAIR_MODEL = "pair-model"
"""The rule named where no words between two things speak for their relation."""

_CONTEXT = 32

_PAIRED = ("**", "__", "~~", "*", "_", "`")
_LINK_END = re.compile(r"\]\((?:[^()\s]|\([^()]*\))*\)*|\]\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Naming:
    """A thing as one summary names it: its kind, its labels (the name first), for a paper its ids.

    `part_of` is the name of the system whose unnamed generic part this is ("the generator").
    """

    kind: Kind
    labels: tuple[str, ...]
    identifiers: Identifiers = Identifiers()
    part_of: Naming | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """The mention that says it, and the rule that read it so."""

    mention: Mention
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A triple of one summary. `subject` None is the summarised paper. Support is never empty."""

    subject: Naming | None
    relation: Relation
    object: Naming
    support: tuple[Support, ...]
    confidence: float


def to_evidence(page: Page, support: Support, source: str, about: str) -> Evidence:
    """The sentence of a mention with its place in the source text.

    `source` and `about` are the ids of the source and of the summarised paper.
    """
    sentence = page.sentences[support.mention.sentence]
    block = page.block_of(sentence)
    span = sentence.span
    first, last = sentence.words[support.mention.first], sentence.words[support.mention.last]
    text = page.document.source
    place = _with_markup(text.text, block, span)
    return Evidence(
        source=source,
        span=place,
        mention=block.source_span(Span(first.start, last.end)),
        quote=block.text[span.start : span.end],
        prefix=block.text[max(0, span.start - _CONTEXT) : span.start],
        suffix=block.text[span.end : span.end + _CONTEXT],
        line=text.line_of(place.start),
        rule=support.rule,
        about=about,
    )


def _with_markup(text: str, block: Block, span: Span) -> Span:
    """The span in the source, with markup at its edges whose other half it holds.

    "[StarGAN](url) is ..." begins with the bracket, and "**KiteNet** is ..." with the stars:
    without them the words could not be had back by removing markup.
    """
    place = block.source_span(span)
    start, end = place.start, place.end
    low = block.offsets[span.start - 1] + 1 if span.start else max(0, start - 4)
    high = block.offsets[span.end] if span.end < len(block.offsets) else text.find("\n", end)
    high = len(text) if high < 0 else high
    while True:
        inside, before, after = text[start:end], text[low:start], text[end:high]
        opened = inside.count("[") - inside.count("]")
        if opened < 0 and before.endswith("["):
            start -= 1
        elif opened > 0 and (link := _LINK_END.match(after)):
            end += link.end()
        else:
            odd = [m for m in _PAIRED if _count(inside, m) % 2]
            mark = next((m for m in odd if before.endswith(m) or after.startswith(m)), None)
            if mark is None:
                return Span(start, end)
            if before.endswith(mark):
                start -= len(mark)
            else:
                end += len(mark)


def _count(text: str, mark: str) -> int:
    """How often a mark stands in a text; a double one is not two single ones."""
    return text.count(mark) if len(mark) == 2 else text.replace(mark * 2, "").count(mark)
