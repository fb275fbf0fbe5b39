"""Findings between two things: parts of a system, kinds of a thing, what a method is used for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kg.extract.candidates import Mention
from kg.extract.clues import compile_clue
from kg.extract.decide import Thing
from kg.extract.findings import Finding, Naming, Support
from kg.extract.relations import headline, support, to_naming
from kg.extract.words import Page
from kg.lexicon import normal
from kg.model import Kind, Relation
from kg.resources import resource


class PairPattern(NamedTuple):
    """Words between two mentions that relate them; see data/patterns/pairs.tsv."""

    name: str
    relation: Relation
    subject: Kind
    object: Kind
    subject_first: bool
    own: str
    between: re.Pattern[str]


@cache
def _patterns() -> tuple[PairPattern, ...]:
    lines = resource("data", "patterns", "pairs.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return tuple(
        PairPattern(
            name,
            Relation(relation),
            Kind(subject),
            Kind(object_),
            order == "subject",
            own,
            compile_clue(between),
        )
        for name, relation, subject, object_, order, own, between in rows
    )


def extract_parts(page: Page, things: tuple[Thing, ...], least: float) -> Iterator[Finding]:
    """Modules of the paper's own system, by the fitted model; `least` is its threshold."""
    own = headline(things)
    if own is None:
        return
    system = to_naming(own, None)
    for thing in things:
        if thing is not own and thing.kind is Kind.METHOD and thing.part >= least:
            yield Finding(
                to_naming(thing, own),
                Relation.PART_OF,
                system,
                support(page, thing, Relation.USES_METHOD),
                thing.part,
            )


def extract_pairs(page: Page, things: tuple[Thing, ...]) -> Iterator[Finding]:
    """Pairs of things with telling words between them in one sentence, and nested names."""
    own = headline(things)
    in_sentence: dict[int, list[tuple[Mention, Thing]]] = {}
    for thing in things:
        if thing.relation is not None:
            for mention in thing.mentions:
                in_sentence.setdefault(mention.sentence, []).append((mention, thing))
    seen: set[tuple[str, Relation, str]] = set()
    for index in sorted(in_sentence):
        sentence = page.sentences[index]
        text = page.block_of(sentence).text
        placed = sorted(in_sentence[index], key=lambda pair: pair[0])
        for i, (first, left) in enumerate(placed):
            for second, right in placed[i + 1 :]:
                if left is right or second.first <= first.last:
                    continue
                between = text[sentence.words[first.last].end : sentence.words[second.first].start]
                for finding in _related(between, (first, left), (second, right), own):
                    key = (
                        normal(finding.subject.labels[0] if finding.subject else ""),
                        finding.relation,
                        normal(finding.object.labels[0]),
                    )
                    if key not in seen:
                        seen.add(key)
                        yield finding


def _related(
    between: str,
    first: tuple[Mention, Thing],
    second: tuple[Mention, Thing],
    own: Thing | None,
) -> Iterator[Finding]:
    for pattern in _patterns():
        subject, object_ = (first, second) if pattern.subject_first else (second, first)
        if subject[1].kind is not pattern.subject or object_[1].kind is not pattern.object:
            continue
        is_own = subject[1] is own or object_[1] is own
        if (pattern.own == "no" and is_own) or (pattern.own == "yes" and not is_own):
            continue
        if pattern.between.fullmatch(between):
            yield Finding(
                to_naming(subject[1], own),
                pattern.relation,
                to_naming(object_[1], own),
                (Support(subject[0], pattern.name),),
                min(subject[1].probability, object_[1].probability),
            )


def extract_nested(page: Page, things: tuple[Thing, ...]) -> Iterator[Finding]:
    """A name that ends in another name is a kind of it: "conditional GAN" is a GAN."""
    del page
    methods = [t for t in things if t.kind in (Kind.METHOD, Kind.LOSS) and t.relation]
    for thing in methods:
        for broader in methods:
            if thing is broader or thing.kind is not broader.kind:
                continue
            pair = _nested(thing, broader)
            if pair is not None:
                yield Finding(
                    Naming(thing.kind or Kind.METHOD, thing.labels),
                    Relation.VARIANT_OF,
                    Naming(broader.kind or Kind.METHOD, broader.labels),
                    (Support(pair, "nested-name"),),
                    min(thing.probability, broader.probability),
                )
                break


def _nested(thing: Thing, broader: Thing) -> Mention | None:
    for label in thing.labels:
        words = label.split()
        for other in broader.labels:
            tail = other.split()
            if len(words) > len(tail) and normal(" ".join(words[-len(tail) :])) == normal(other):
                return next(m for m in thing.mentions if m.label == label)
    return None
