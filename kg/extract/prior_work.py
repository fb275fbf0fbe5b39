"""Prior work: papers that a summary links or names, and what they are to its paper.

A link to a paper is prior work whatever the model thinks of its words. Which of the four
relations holds is decided by the model's probabilities together with the clues beside the
mentions; what a clue is worth stands in data/patterns/prior-work.tsv.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

from kg.extract.decide import Thing
from kg.extract.findings import Finding, Naming
from kg.extract.patterns import read_patterns
from kg.extract.relations import headline, support, to_naming
from kg.extract.words import Page
from kg.lexicon import normal
from kg.model import PRIOR_WORK, Identifiers, Kind, Relation
from kg.read.identifiers import is_prior_work_link, parse_identifiers

_CLAIM = 6
"""Words from which the text of a link is a statement and not a name."""

_LINKED = 0.9
"""Least confidence that a linked paper is prior work at all."""


@cache
def _worth() -> dict[tuple[str, Relation], float]:
    """(clue or fact, relation) -> what it adds to the logarithm of the odds."""
    rows = read_patterns("prior-work")
    return {(clue, Relation(relation)): float(worth) for clue, relation, worth in rows}


def extract_prior_work(page: Page, things: tuple[Thing, ...]) -> Iterator[Finding]:
    """One finding for each paper that the summary links or names; one relation each."""
    own = headline(things)
    title = page.document.paper.title or ""
    linked = [t for t in things if t.target and is_prior_work_link(t.target)]
    for thing in things:
        if thing is own or not thing.is_prior:
            continue
        if thing not in linked and _is_version_of_one(thing, linked):
            continue
        identifiers = parse_identifiers(thing.target) if thing.target else Identifiers()
        if identifiers == page.document.paper.identifiers and identifiers != Identifiers():
            continue
        relation, share = relation_of(thing, title)
        is_prior = max(thing.prior_probability, _LINKED if thing in linked else 0.0)
        naming = Naming(Kind.PAPER, thing.labels, identifiers)
        yield Finding(None, relation, naming, support(page, thing, relation), is_prior * share)
        if relation is Relation.EXTENDS and own is not None:
            yield Finding(
                to_naming(own, None),
                Relation.VARIANT_OF,
                Naming(Kind.METHOD, thing.labels),
                support(page, thing, relation),
                is_prior * share,
            )


def relation_of(thing: Thing, title: str) -> tuple[Relation, float]:
    """The likeliest of the four relations to the paper that a thing names, and its share."""
    odds = _odds(thing, title)
    relation = max(PRIOR_WORK, key=lambda r: odds[r])
    return relation, 1 / sum(math.exp(odds[r] - odds[relation]) for r in PRIOR_WORK)


def _is_version_of_one(thing: Thing, linked: list[Thing]) -> bool:
    """EfficientNetB3 beside a linked EfficientNetB0: the same paper, already given.

    A version ("v2") is another paper.
    """
    stem = _stem(thing.labels[0])
    return len(stem) > 3 and any(_stem(other.labels[0]) == stem for other in linked)


def _stem(name: str) -> str:
    return normal(re.sub(r"[-\s]?[A-UW-Za-uw-z]?\d+$", "", name))


def _odds(thing: Thing, title: str) -> dict[Relation, float]:
    """Logarithms of the odds of the four relations."""
    worth = _worth()
    facts = list(thing.clues)
    if thing.kind is Kind.METRIC:
        facts.append("is-metric")
    if len(thing.labels[0].split()) >= _CLAIM:
        facts.append("is-claim")
    if any(_names(label, title) for label in thing.labels):
        facts.append("named-in-title")
    return {
        r: math.log(max(p, 1e-3)) + sum(worth.get((f, r), 0.0) for f in facts)
        for r, p in zip(PRIOR_WORK, thing.prior_shares, strict=True)
    }


def _names(label: str, title: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(label)}(?![\w-])", title) is not None
