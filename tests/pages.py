"""Summaries for the tests of extraction: written by hand word by word, or parsed by the pipeline.

`hand_page` takes words with their tags, so that a test says all that it depends on; `parsed`
runs the shipped pipeline, which is loaded once a session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kg.annotate import Annotation, annotate, load_pipeline
from kg.extract.candidates import Mention, extract_candidates
from kg.extract.clues import read_clues
from kg.extract.decide import Thing
from kg.extract.findings import Finding, Naming, Support
from kg.extract.relevance import OUTCOMES, Scored
from kg.extract.words import Page, Sentence, Word, to_page
from kg.lexicon import Lexicon
from kg.model import (
    PRIOR_WORK,
    Block,
    BlockKind,
    Document,
    Identifiers,
    Kind,
    Reading,
    Reference,
    Relation,
    Source,
    Span,
)
from kg.read import parse_source

if TYPE_CHECKING:
    from spacy.language import Language


@cache
def pipeline() -> Language:
    """The shipped pipeline, loaded once for all tests."""
    return load_pipeline()


def annotations(text: str, path: str = "post.md") -> list[Annotation]:
    """The summaries of a text, annotated."""
    return list(annotate(parse_source(Source(path, text)).documents, pipeline()))


def parsed(text: str, path: str = "post.md") -> Page:
    """The one summary of a text as a page."""
    (annotation,) = annotations(text, path)
    return to_page(annotation)


# ----------------------------------------------------------------------------- by hand

NO_IDS = Identifiers()

_FINE = {"NOUN": "NN", "PROPN": "NNP", "ADJ": "JJ", "VERB": "VBZ", "DET": "DT", "ADP": "IN"}


def hand_sentence(tagged: str) -> tuple[str, tuple[Word, ...]]:
    """A text and its words, from "The/DET kites/NOUN/NNS fly/VERB": coarse tag, then fine tag.

    A word without tag is a noun; words are parted by one space. Every word hangs on the first.
    """
    words, start = [], 0
    for item in tagged.split():
        text, *tags = re.split(r"/(?=[A-Z]+(?:/|$))", item)
        pos = tags[0] if tags else "NOUN"
        tag = tags[1] if len(tags) > 1 else _FINE.get(pos, pos)
        words.append(
            Word(text, text.lower(), text.lower(), pos, tag, "dep", 0, start, start + len(text))
        )
        start += len(text) + 1
    return " ".join(w.text for w in words), tuple(words)


def hand_page(
    *tagged: str,
    title: str | None = "Kites",
    identifiers: Identifiers = NO_IDS,
    path: str = "post.md",
    topic: tuple[str, ...] = (),
    year: int | None = None,
) -> Page:
    """A summary of one sentence a paragraph, under no heading; the source is the sentences."""
    texts, blocks, sentences, start = [], [], [], 0
    for number, one in enumerate(tagged):
        text, words = hand_sentence(one)
        offsets = tuple(range(start, start + len(text)))
        blocks.append(Block(BlockKind.PARAGRAPH, text, offsets))
        sentences.append(Sentence(number, number, 0, words))
        texts.append(text)
        start += len(text) + 2
    reference = Reference(title, identifiers, Span(0, len(texts[0])), topic, year)
    document = Document(Source(path, "\n\n".join(texts)), reference, tuple(blocks))
    return Page(document, tuple(sentences))


def mention(page: Page, label: str) -> Mention:
    """The first place where the words of a label stand."""
    wanted = label.split()
    for sentence in page.sentences:
        texts = [w.text for w in sentence.words]
        for first in range(len(texts) - len(wanted) + 1):
            if texts[first : first + len(wanted)] == wanted:
                return Mention(sentence.index, first, first + len(wanted) - 1, label)
    raise AssertionError(f"{label!r} does not stand on the page")


def finding(
    page: Page,
    relation: Relation,
    *labels: str,
    kind: Kind = Kind.METHOD,
    subject: Naming | None = None,
    ids: Identifiers = NO_IDS,
    part_of: Naming | None = None,
    at: str | None = None,
    rule: str = "rule",
    confidence: float = 0.5,
) -> Finding:
    """A finding whose object has these labels; its evidence is where the first (or `at`) stands."""
    return Finding(
        subject,
        relation,
        Naming(kind, labels, ids, part_of),
        (Support(mention(page, at or labels[0]), rule),),
        confidence,
    )


def reading_of(
    *pages: Page, listed: tuple[Reference, ...] = (), title: str | None = None
) -> Reading:
    """What a reader would have given for these pages of one source."""
    return Reading(pages[0].document.source, title, tuple(p.document for p in pages), listed)


# ------------------------------------------------------------------------------ decisions


def scored(page: Page, *rows: Row) -> Scored:
    """Probabilities by hand: one row a candidate, in the order given."""
    by_label = {m.label: c for c in extract_candidates(page, Lexicon({})) for m in c.mentions}
    relevance = np.zeros((len(rows), len(OUTCOMES)), np.float32)
    prior = np.array([row.prior for row in rows], np.float32)
    for i, row in enumerate(rows):
        for outcome, p in row.outcomes.items():
            relevance[i, OUTCOMES.index(outcome)] = p
        relevance[i, 0] = 1 - relevance[i].sum()
    candidates = tuple(by_label[row.label] for row in rows)
    numbers = {clue.name: n for n, clue in enumerate(read_clues())}
    return Scored(
        page=page,
        candidates=candidates,
        relevance=relevance,
        prior=prior,
        part=np.array([row.part for row in rows], np.float32),
        own=np.array([row.own for row in rows], np.float32),
        clues=tuple(tuple(sorted(numbers[name] for name in row.clues)) for row in rows),
        linked=tuple(row.target for row in rows),
    )


@dataclass(frozen=True)
class Row:
    """What the models say of one candidate."""

    label: str
    outcomes: dict[tuple[Relation, Kind], float] = field(default_factory=dict)
    prior: float = 0.0
    part: float = 0.0
    own: float = 0.0
    clues: tuple[str, ...] = ()
    target: str | None = None


def thing(
    page: Page,
    *labels: str,
    relation: Relation | None = Relation.USES_METHOD,
    kind: Kind | None = Kind.METHOD,
    probability: float = 0.5,
    prior: dict[Relation, float] | None = None,
    clues: tuple[str, ...] = (),
    part: float = 0.0,
    target: str | None = None,
    own: bool = False,
) -> Thing:
    """A decision by hand; its mentions are the first place of each label."""
    shares = tuple((prior or {}).get(r, 0.0) for r in PRIOR_WORK)
    return Thing(
        labels=labels,
        mentions=tuple(sorted(mention(page, label) for label in labels)),
        kind=kind,
        relation=relation,
        probability=probability,
        is_prior=prior is not None,
        prior_probability=sum(shares),
        prior_shares=tuple(s / sum(shares) if prior else 0.25 for s in shares),
        proposed=probability if relation is Relation.PROPOSES else 0.0,
        clues=frozenset(clues),
        part=part,
        target=target,
        own=own,
    )
