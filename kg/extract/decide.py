"""From probabilities to decisions: which candidates become things of the graph, and as what.

Phrases that share words compete, the likeliest first; an abbreviation and its long form are one
thing; a paper has one system of its own that everything else may be part of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from kg.extract.abbreviations import extract_abbreviations
from kg.extract.candidates import Mention
from kg.extract.clues import read_clues
from kg.extract.prior_facts import prior_facts
from kg.extract.relevance import OUTCOMES, Scored
from kg.extract.trees import Linear, softmax
from kg.extract.words import Page
from kg.lexicon import normal, read_heads
from kg.model import Kind, Relation
from kg.read.identifiers import is_prior_work_link
from kg.resources import resource

PROPOSALS = tuple(i for i, o in enumerate(OUTCOMES) if o and o[0] is Relation.PROPOSES)
"""Outcomes that say that the paper introduces the thing."""


_EMPTY_HEADS = frozenset({"approach", "framework"})
"""Last words that add nothing: "the GAN compression approach" is GAN compression."""


_TITLE_PHRASE = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "VERB"})
_TITLE_BONUS = 0.1

_OBJECTIVES = frozenset(
    [
        "loss",
        "regularization",
        "regularizer",
        "regularisation",
        "penalty",
        "objective",
        "maximization",
        "minimization",
        "maximisation",
        "minimisation",
        "discrepancy",
        "criterion",
    ]
)
"""Last words of what is minimised or maximised: a loss, by whatever name."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probability from which an outcome is taken, by outcome; set on held-out sources."""

    outcome: Mapping[int, float]
    prior: float
    pair: float
    headline: float


@dataclass(frozen=True)
class Thing:
    """A thing of one summary: its labels (first is the name), its mentions and what it is to P.

    `relation` is None where the thing is only prior work, `own` tells the paper's own system.
    `is_prior` tells whether it names a paper, `prior_shares` are the probabilities of the four
    relations to that paper; `proposed` is the probability that the paper introduces the thing.
    `clues` are the names of the clues beside any mention.
    """

    labels: tuple[str, ...]
    mentions: tuple[Mention, ...]
    kind: Kind | None
    relation: Relation | None
    probability: float
    is_prior: bool
    prior_probability: float
    prior_shares: tuple[float, ...]
    proposed: float
    clues: frozenset[str]
    part: float
    target: str | None
    own: bool = False


def group(scored: Scored) -> list[list[int]]:
    """Candidates that are one thing: an abbreviation and its long form."""
    by_key = {c.key: i for i, c in enumerate(scored.candidates)}
    parent = list(range(len(scored.candidates)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    def join(a: int, b: int) -> None:
        parent[max(root(a), root(b))] = min(root(a), root(b))

    page = scored.page
    for sentence in page.sentences:
        for short, long in extract_abbreviations(page.sentence_text(sentence)):
            a, b = by_key.get(normal(short)), by_key.get(normal(long))
            if a is not None and b is not None:
                join(a, b)
    for i, candidate in enumerate(scored.candidates):
        words = candidate.mentions[0].label.split()
        if len(words) > 2 and words[-1].lower() in _EMPTY_HEADS:
            bare = by_key.get(normal(" ".join(words[:-1])))
            if bare is not None:
                join(i, bare)
    for a, b in _appositions(scored):
        join(a, b)
    groups: dict[int, list[int]] = {}
    for i in range(len(parent)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def _appositions(scored: Scored) -> Iterator[tuple[int, int]]:
    """A phrase and the name beside it: "the coloring network, Colornet, takes ..."."""
    nouns = read_heads()
    names = {
        (m.sentence, m.first): i
        for i, c in enumerate(scored.candidates)
        for m in c.mentions
        if m.first == m.last and m.label[0].isupper()
    }
    for i, candidate in enumerate(scored.candidates):
        for m in candidate.mentions:
            words = scored.page.sentences[m.sentence].words
            name = names.get((m.sentence, m.last + 2))
            if (
                name is not None
                and m.last + 3 < len(words)
                and words[m.last + 1].text == words[m.last + 3].text == ","
                and words[m.last].lower in nouns
                and m.first > 0
                and words[m.first - 1].lower in ("the", "a", "an", "our", "their")
            ):
                yield i, name


@dataclass(frozen=True, slots=True)
class _Group:
    """Candidates that are one thing, with the best of what the models say of each.

    `any` is the probability that the likeliest of them is anything to the paper, `outcome` the
    likeliest outcome but none, `proposal` the likeliest that says that the paper introduces it.
    """

    members: tuple[int, ...]
    best: int
    any: float
    outcome: int
    likely: float
    proposal: int
    proposed: float
    prior: float
    part: float
    own: float
    target: str | None


def _groups(scored: Scored) -> list[_Group]:
    groups = group(scored)
    if not groups:
        return []
    order = [i for members in groups for i in members]
    starts = np.cumsum([0, *(len(members) for members in groups[:-1])])
    relevance = np.maximum.reduceat(scored.relevance[order], starts)
    proposals = relevance[:, list(PROPOSALS)]
    outcome = (relevance[:, 1:].argmax(axis=1) + 1).tolist()
    proposal = [PROPOSALS[i] for i in proposals.argmax(axis=1).tolist()]
    likely, proposed = relevance[:, 1:].max(axis=1).tolist(), proposals.max(axis=1).tolist()
    any_ = (1 - scored.relevance[:, 0]).tolist()
    prior, part, own = (x.tolist() for x in (scored.prior, scored.part, scored.own))
    return [
        _Group(
            tuple(members),
            best := max(members, key=lambda i: (any_[i], -i)),
            any_[best],
            outcome[number],
            likely[number],
            proposal[number],
            proposed[number],
            max(prior[i] for i in members),
            max(part[i] for i in members),
            max(own[i] for i in members),
            next((t for i in members if (t := scored.linked[i]) is not None), None),
        )
        for number, members in enumerate(groups)
    ]


def decide(scored: Scored, thresholds: Thresholds, kinds: Linear) -> list[Thing]:
    """The things of a summary, likeliest first; `kinds` tells the kinds of prior work apart."""
    groups = _groups(scored)
    headline = _headline(scored, groups, thresholds)
    groups.sort(key=lambda g: (g is not headline, -g.any, g.members[0]))
    names = [clue.name for clue in read_clues()]
    used: set[tuple[int, int]] = set()
    things = []
    for g in groups:
        own = g is headline
        outcome = g.proposal if own else g.outcome
        p = max(g.proposed, g.own) if own else g.likely
        taken = own or p >= thresholds.outcome[outcome]
        is_linked = g.target is not None and is_prior_work_link(g.target)
        is_prior = not own and (is_linked or g.prior >= thresholds.prior)
        if not taken and not is_prior:
            continue
        mentions = tuple(sorted(m for i in g.members for m in scored.candidates[i].mentions))
        is_free = any(used.isdisjoint(_places(m)) for m in mentions)
        taken, is_prior = taken and is_free, is_prior and (is_linked or is_free)
        if not taken and not is_prior:
            continue
        used.update(place for m in mentions for place in _places(m))
        relation, kind = (OUTCOMES[outcome] if taken else None) or (None, None)
        labels = _labels(scored, g.members, g.best)
        if relation is Relation.PROPOSES and any(
            label.split()[-1].lower() in _OBJECTIVES for label in labels
        ):
            kind = Kind.LOSS
        things.append(
            Thing(
                labels,
                mentions,
                kind,
                relation,
                p if taken else 0.0,
                is_prior,
                g.prior,
                _prior_shares(scored.page, mentions, g.target, kinds) if is_prior else (),
                g.proposed,
                frozenset(names[n] for i in g.members for n in scored.clues[i]),
                g.part,
                g.target,
                own,
            )
        )
    return things


def _places(mention: Mention) -> list[tuple[int, int]]:
    return [(mention.sentence, k) for k in range(mention.first, mention.last + 1)]


def _prior_shares(
    page: Page, mentions: tuple[Mention, ...], target: str | None, kinds: Linear
) -> tuple[float, ...]:
    margins = kinds.raw([prior_facts(page, mentions, target)])
    return tuple(float(x) for x in softmax(margins)[0])


def _headline(scored: Scored, groups: list[_Group], thresholds: Thresholds) -> _Group | None:
    """The paper's own system: the likeliest, if it is likely enough.

    What the text calls an earlier version is not it; without a name, the method phrase of the
    title ("... using X") comes first.
    """
    phrase = _method_of_title(scored.page)
    earlier = [n for n, clue in enumerate(read_clues()) if clue.name == "version-of"]

    def likelihood(g: _Group) -> float:
        if any(n in scored.clues[i] for i in g.members for n in earlier):
            return -1.0
        is_phrase = phrase is not None and any(
            m[:3] == phrase for i in g.members for m in scored.candidates[i].mentions
        )
        return (g.own + g.proposed) / 2 + _TITLE_BONUS * is_phrase

    best = max(groups, key=likelihood, default=None)
    return best if best is not None and likelihood(best) >= thresholds.headline else None


def _method_of_title(page: Page) -> tuple[int, int, int] | None:
    """Sentence, first and last word of the phrase after "using" or "via" in the title."""
    for sentence in page.sentences[: page.title_sentences]:
        words = sentence.words
        for i, word in enumerate(words[:-1]):
            if word.lower in ("using", "via", "through"):
                end = i + 1
                while end < len(words) and words[end].pos in _TITLE_PHRASE:
                    end += 1
                if end > i + 1:
                    return sentence.index, i + 1, end - 1
    return None


def _labels(scored: Scored, members: Sequence[int], best: int) -> tuple[str, ...]:
    order = [best, *(i for i in members if i != best)]
    labels: dict[str, None] = {}
    for i in order:
        for m in scored.candidates[i].mentions:
            labels.setdefault(m.label)
    return tuple(labels)


@cache
def read_thresholds() -> Thresholds:
    """The shipped thresholds (data/model/thresholds.json)."""
    stored = json.loads(resource("data", "model", "thresholds.json").read_text("utf-8"))
    return Thresholds(
        {i: float(stored["outcome"][str(i)]) for i in range(1, len(OUTCOMES))},
        float(stored["prior"]),
        float(stored["pair"]),
        float(stored["headline"]),
    )
