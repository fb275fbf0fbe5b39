"""What the extractors say: findings of one summary, before names are resolved to nodes."""

from __future__ import annotations

from dataclasses import dataclass

from kg.extract.candidates import Mention
from kg.extract.words import Page
from kg.model import Evidence, Identifiers, Kind, Relation, Source, Span

MODEL = "relevance-model"
"""The rule named by evidence that no pattern speaks for: the fitted model decided alone."""

_CONTEXT = 32


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
    place = block.source_span(span)
    text: Source = page.document.source
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
