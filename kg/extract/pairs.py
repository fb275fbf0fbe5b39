"""Findings between two things: parts of a system, kinds of a thing, what a method is used for.

Parts and kinds are decided by a fitted model over the facts of pair_facts; purposes by the words
between two mentions (data/patterns/pairs.tsv), which also name the rule where they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from kg.extract.candidates import Mention
from kg.extract.clues import compile_clue, small
from kg.extract.decide import Thing
from kg.extract.findings import PAIR_MODEL, Finding, Naming, Support
from kg.extract.pair_facts import closest, pair_facts, pairs
from kg.extract.patterns import read_patterns
from kg.extract.relations import headline, support, to_naming
from kg.extract.trees import Linear, sigmoid
from kg.extract.words import Page
from kg.model import BETWEEN_ENTITIES, Kind, Relation

_CERTAIN = 0.7
"""Confidence of what the words between two mentions say."""


class PairPattern(NamedTuple):
    """Words between two mentions that relate them; see data/patterns/pairs.tsv."""

    name: str
    relation: Relation
    subject: Kind
    object: Kind
    subject_first: bool
    between: re.Pattern[str]


@cache
def _patterns() -> tuple[PairPattern, ...]:
    return tuple(
        PairPattern(
            name,
            Relation(relation),
            Kind(subject),
            Kind(object_),
            order == "subject",
            compile_clue(between),
        )
        for name, relation, subject, object_, order, between in read_patterns("pairs")
    )


def extract_pairs(
    page: Page, things: tuple[Thing, ...], model: Linear, least: float
) -> Iterator[Finding]:
    """Parts, kinds and purposes among the things; `least` is the model's threshold."""
    own = headline(things)
    found = tuple(t for t in things if t.relation is not None)
    ordered = list(pairs(found, own))
    if not ordered:
        return
    likely = sorted(_likely(page, ordered, own, model), key=lambda found: -found[0])
    related: set[frozenset[int]] = set()
    for p, relation, a, b in likely:
        both = frozenset((id(a), id(b)))
        if p < least or both in related:
            continue
        related.add(both)
        naming = to_naming(a, own) if relation is Relation.PART_OF else Naming(_kind(a), a.labels)
        yield Finding(
            naming,
            relation,
            to_naming(b, own),
            _support(page, a, b, relation),
            p * min(_sure(a), _sure(b)),
        )
    for a, b in ordered:
        if a.kind is Kind.METHOD and b.kind is Kind.TASK and a is not own:
            pattern, mention = _telling(page, a, b, Relation.USED_FOR)
            if pattern is not None and mention is not None:
                yield Finding(
                    to_naming(a, own),
                    Relation.USED_FOR,
                    to_naming(b, own),
                    (Support(mention, pattern),),
                    _CERTAIN * min(_sure(a), _sure(b)),
                )


def _likely(
    page: Page, ordered: Sequence[tuple[Thing, Thing]], own: Thing | None, model: Linear
) -> Iterator[tuple[float, Relation, Thing, Thing]]:
    """The likelier of part and kind for each ordered pair, with its probability."""
    probability = sigmoid(model.raw([pair_facts(page, a, b, own) for a, b in ordered]))
    for row, (a, b) in zip(probability.tolist(), ordered, strict=True):
        part, kind = row[_COLUMN[Relation.PART_OF]], row[_COLUMN[Relation.VARIANT_OF]]
        if b is own:
            # Two models say whether a thing is a module of the own system: what one of them
            # sees (the whole summary) the other does not (the words between the two).
            part = (part + a.part) / 2
        yield (part, Relation.PART_OF, a, b) if part >= kind else (kind, Relation.VARIANT_OF, a, b)


_COLUMN = {relation: i for i, relation in enumerate(BETWEEN_ENTITIES)}


def _kind(thing: Thing) -> Kind:
    return thing.kind or Kind.METHOD


def _sure(thing: Thing) -> float:
    return max(thing.probability, 0.01)


def _support(page: Page, a: Thing, b: Thing, relation: Relation) -> tuple[Support, ...]:
    pattern, mention = _telling(page, a, b, relation)
    if mention is not None:
        return (Support(mention, pattern or PAIR_MODEL),)
    return (Support(support(page, a, relation)[0].mention, PAIR_MODEL),)


def _telling(
    page: Page, a: Thing, b: Thing, relation: Relation
) -> tuple[str | None, Mention | None]:
    """The pattern that holds between the closest mentions, and the mention of `a` there."""
    near = closest(a, b)
    if near is None:
        return None, None
    first, second = sorted(near)
    sentence = page.sentences[first.sentence]
    text = page.block_of(sentence).text
    between = text[sentence.words[first.last].end : sentence.words[second.first].start]
    for pattern in _patterns():
        if (
            pattern.relation is relation
            and (pattern.subject, pattern.object) == (a.kind, b.kind)
            and pattern.subject_first == (near[0] == first)
            and pattern.between.fullmatch(small(between))
        ):
            return pattern.name, near[0]
    return None, near[0]
