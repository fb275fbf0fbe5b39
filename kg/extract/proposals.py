"""What a paper itself introduces: decisions that need the other things of its summary.

A system that the paper extends is not its own proposal; beside a system with a name, "the new
model" is that system and not a second one; a name that the text gives ("a network called X")
is a proposal.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from kg.extract.candidates import Mention, is_name_like
from kg.extract.clues import compile_clue, small
from kg.extract.decide import Thing
from kg.extract.patterns import read_patterns
from kg.extract.prior_work import relation_of
from kg.extract.relations import headline
from kg.extract.words import Page
from kg.model import Kind, Relation

_PLAIN = frozenset(
    [
        "model",
        "approach",
        "framework",
        "method",
        "architecture",
        "system",
        "algorithm",
        "technique",
        "scheme",
        "solution",
        "pipeline",
        "strategy",
        "procedure",
    ]
)

_USES = (
    Relation.PROPOSES,
    Relation.USES_METHOD,
    Relation.USES_LOSS,
    Relation.USES_DATASET,
    Relation.ADDRESSES_TASK,
)

_REACH = 6
"""Words before a mention among which it may be said that the paper does without."""

_TELLING = frozenset({"proposed", "called", "new", "replaced-by", "apposition"})

_DATA = frozenset({"is-dataset", "dataset-called"})
"""Clues that say that what a paper introduces is data."""

_LIKELY = 0.12
"""Probability from which "the authors introduce" beside a method makes it a proposal."""


def settle_proposals(page: Page, things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """The things, with those that cannot be proposals taken back and named ones added."""
    title = page.document.paper.title or ""
    own = headline(things)
    settled = []
    for thing in things:
        if thing.relation in _USES and is_contrasted(page, thing):
            if not thing.is_prior:
                continue
            thing = replace(thing, relation=None)
        if thing.relation is Relation.PROPOSES:
            if _is_extended(thing, title):
                thing = replace(thing, relation=Relation.USES_METHOD)
            elif thing is not own and own is not None and _is_beside(page, thing, own):
                continue
            elif thing.kind is Kind.METHOD and thing.clues & _DATA:
                thing = replace(thing, kind=Kind.DATASET)
        elif thing.relation is Relation.USES_METHOD and _is_introduced(thing):
            thing = replace(thing, relation=Relation.PROPOSES)
        settled.append(thing)
    return tuple(settled)


def is_contrasted(page: Page, thing: Thing) -> bool:
    """Whether every mention in the prose says that the paper does without the thing."""
    prose = [m for m in thing.mentions if m.sentence >= page.title_sentences]
    return bool(prose) and all(_is_negated(page, m) for m in prose)


def _is_negated(page: Page, mention: Mention) -> bool:
    sentence = page.sentences[mention.sentence]
    words = [w.lower for w in sentence.words[max(0, mention.first - _REACH) : mention.first]]
    before = " ".join(words)
    end = sentence.words[mention.last].end - sentence.span.start
    after = small(page.sentence_text(sentence)[end:])
    return any(
        (negation.before is not None and negation.before.search(before) is not None)
        or (negation.after is not None and negation.after.match(after) is not None)
        for negation in _negations()
    )


class _Negation(NamedTuple):
    """Words that say that a paper does without a thing; see data/patterns/negations.tsv."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None


@cache
def _negations() -> tuple[_Negation, ...]:
    return tuple(
        _Negation(
            compile_clue(before) if before else None,
            compile_clue(after.removeprefix("^")) if after else None,
        )
        for _, before, after in read_patterns("negations")
    )


def _is_introduced(thing: Thing) -> bool:
    if thing.target is not None:
        return False
    if thing.clues & {"replaced-by", "apposition"}:
        return True
    if "called" in thing.clues:
        return has_name(thing)
    return thing.proposed >= _LIKELY and bool(thing.clues & {"proposed", "new"})


def has_name(thing: Thing) -> bool:
    """Whether some label is a coined name: capitals or digits where ordinary words have none."""
    words = (w for label in thing.labels for part in label.split() for w in part.split("-"))
    return any(is_name_like(word) for word in words)


def _is_extended(thing: Thing, title: str) -> bool:
    return thing.is_prior and relation_of(thing, title)[0] is Relation.EXTENDS


def _is_beside(page: Page, thing: Thing, own: Thing) -> bool:
    """Whether a second proposal is the own system in other words, or words of the title."""
    if _is_plain(thing):
        return not _is_plain(own)
    in_prose = any(m.sentence >= page.title_sentences for m in thing.mentions)
    in_title = any(m.sentence < page.title_sentences for m in thing.mentions)
    told = bool(thing.clues & _TELLING) and in_prose
    return in_title and not told and has_name(own) and not has_name(thing)


def _is_plain(thing: Thing) -> bool:
    """Whether every label ends in a word for any system at all: "the end-to-end model"."""
    return all(label.split()[-1].lower().rstrip("s") in _PLAIN for label in thing.labels)
