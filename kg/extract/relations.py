"""Findings about the paper itself: what it proposes, uses, addresses and discusses."""

from __future__ import annotations

from collections.abc import Iterator

from kg.extract.clues import mention_clues, read_clues
from kg.extract.decide import Thing
from kg.extract.findings import MODEL, Finding, Naming, Support
from kg.extract.words import Page
from kg.lexicon import read_words
from kg.model import Kind, Relation

_MOST_SUPPORT = 5


def extract_relations(page: Page, things: tuple[Thing, ...]) -> Iterator[Finding]:
    """One finding a thing; a loss that the paper proposes is one that it uses, too."""
    own = headline(things)
    for thing in things:
        if thing.relation is None or thing.kind is None:
            continue
        naming = to_naming(thing, own)
        yield Finding(
            None, thing.relation, naming, support(page, thing, thing.relation), thing.probability
        )
        if thing.relation is Relation.PROPOSES and thing.kind is Kind.LOSS:
            yield Finding(
                None,
                Relation.USES_LOSS,
                naming,
                support(page, thing, Relation.USES_LOSS),
                thing.probability,
            )


def headline(things: tuple[Thing, ...]) -> Thing | None:
    """The paper's own system: its likeliest proposal."""
    proposals = [t for t in things if t.relation is Relation.PROPOSES]
    return max(proposals, key=lambda t: (t.own, t.probability), default=None)


def to_naming(thing: Thing, own: Thing | None) -> Naming:
    """How the summary names a thing; a bare "generator" belongs to the paper's own system."""
    kind = thing.kind or Kind.METHOD
    name = thing.labels[0].lower()
    if (
        own is not None
        and thing is not own
        and kind is Kind.METHOD
        and thing.relation is Relation.USES_METHOD
        and (name in read_words("generic-parts") or name.rstrip("s") in read_words("generic-parts"))
    ):
        return Naming(kind, thing.labels, part_of=to_naming(own, None))
    return Naming(kind, thing.labels)


def support(page: Page, thing: Thing, relation: Relation) -> tuple[Support, ...]:
    """The mentions beside which a clue speaks for the relation; else the first one in the prose.

    At most five, in the order of the text.
    """
    clues = read_clues()
    found = []
    for mention in thing.mentions:
        for number in mention_clues(page, mention):
            if clues[number].relation is relation:
                found.append(Support(mention, clues[number].name))
                break
    if found:
        return tuple(found[:_MOST_SUPPORT])
    prose = [m for m in thing.mentions if m.sentence >= page.title_sentences]
    return (Support((prose or list(thing.mentions))[0], MODEL),)
