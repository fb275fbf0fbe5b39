"""From probabilities to decisions: which candidates become things of the graph, and as what.

Phrases that share words compete, the likeliest first; an abbreviation and its long form are one
thing; a paper has one system of its own that everything else may be part of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kg.extract.abbreviations import extract_abbreviations
from kg.extract.candidates import Candidate, Mention
from kg.extract.clues import read_clues
from kg.extract.relevance import OUTCOMES, PRIOR, Scored
from kg.extract.words import Page
from kg.lexicon import normal, read_heads
from kg.model import Kind, Relation
from kg.read.identifiers import is_paper_link
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

    `rows` are the candidates of the Scored that it was made of. `relation` is None where the
    thing is only prior work, `own` tells the paper's own system. `prior` is the relation to the
    paper that it names, if it does; `prior_shares` are the probabilities of the four given that
    it names one; `proposed` is the probability that the paper introduces the thing. `clues` are
    the names of the clues beside any mention.
    """

    rows: tuple[int, ...]
    labels: tuple[str, ...]
    mentions: tuple[Mention, ...]
    kind: Kind | None
    relation: Relation | None
    probability: float
    prior: Relation | None
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


def _words(candidate: Candidate) -> set[tuple[int, int]]:
    return {(m.sentence, k) for m in candidate.mentions for k in range(m.first, m.last + 1)}


def decide(scored: Scored, thresholds: Thresholds) -> list[Thing]:
    """The things of a summary, likeliest first."""
    probability = scored.relevance
    clues = read_clues()
    made: list[tuple[float, list[int], int, int]] = []
    groups = group(scored)
    for members in groups:
        best = max(members, key=lambda i: (1 - probability[i, 0], -i))
        outcome = int(probability[members].max(axis=0)[1:].argmax()) + 1
        made.append((float(1 - probability[best, 0]), members, best, outcome))
    headline = _headline(scored, made, thresholds)
    made.sort(key=lambda m: (m[1] != headline, -m[0], m[1][0]))
    used: set[tuple[int, int]] = set()
    things = []
    for _, members, best, outcome in made:
        is_headline = members == headline
        p = float(probability[members, outcome].max())
        if is_headline:
            outcome = max(PROPOSALS, key=lambda o: float(probability[members, o].max()))
            p = max(p, float(scored.own[members].max()))
        taken = is_headline or p >= thresholds.outcome[outcome]
        free = [
            m
            for i in members
            for m in scored.candidates[i].mentions
            if not any((m.sentence, k) in used for k in range(m.first, m.last + 1))
        ]
        prior = scored.prior[members].max(axis=0)
        prior_outcome = int(prior[1:].argmax()) + 1
        prior_p = float(1 - scored.prior[members, 0].min())
        target = next((scored.linked[i] for i in members if scored.linked[i] is not None), None)
        is_linked = target is not None and is_paper_link(target)
        is_prior = not is_headline and (is_linked or (prior_p >= thresholds.prior and bool(free)))
        taken = taken and bool(free)
        if not taken and not is_prior:
            continue
        for i in members:
            used |= _words(scored.candidates[i])
        meant = OUTCOMES[outcome] if taken else None
        relation, kind = meant or (None, None)
        labels = _labels(scored, members, best)
        if relation is Relation.PROPOSES and any(
            label.split()[-1].lower() in _OBJECTIVES for label in labels
        ):
            kind = Kind.LOSS
        things.append(
            Thing(
                tuple(members),
                labels,
                tuple(sorted(m for i in members for m in scored.candidates[i].mentions)),
                kind,
                relation,
                p if taken else 0.0,
                PRIOR[prior_outcome] if is_prior else None,
                prior_p,
                tuple(float(x) for x in prior[1:] / max(prior[1:].sum(), 1e-6)),
                float(probability[members][:, PROPOSALS].max()),
                frozenset(clues[k].name for i in members for k in scored.clues[i]),
                float(scored.part[members].max()),
                target,
                is_headline,
            )
        )
    return things


def _headline(
    scored: Scored, made: list[tuple[float, list[int], int, int]], thresholds: Thresholds
) -> list[int] | None:
    """The members of the paper's own system: the likeliest, if it is likely enough.

    What the text calls an earlier version is not it; without a name, the method phrase of the
    title ("... using X") comes first.
    """
    best: tuple[float, list[int]] | None = None
    phrase = _method_of_title(scored.page)
    names = [c.name for c in read_clues()]
    for _, members, _, _ in made:
        if any(names[k] == "version-of" for i in members for k in scored.clues[i]):
            continue
        own = float(scored.own[members].max())
        proposed = float(scored.relevance[members][:, PROPOSALS].max())
        p = (own + proposed) / 2
        if any(m[:3] == phrase for i in members for m in scored.candidates[i].mentions):
            p += _TITLE_BONUS
        if best is None or p > best[0]:
            best = (p, members)
    return best[1] if best and best[0] >= thresholds.headline else None


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


def _labels(scored: Scored, members: list[int], best: int) -> tuple[str, ...]:
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
