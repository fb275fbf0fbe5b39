"""What each candidate is to its paper: a fitted model over everything known about it.

Two steps. A linear model over sparse facts gives every candidate a margin for every outcome;
boosted trees then see these margins, the candidate's rank and rivals, the clues beside its
mentions and the vectors of its words, and give probabilities:

relevance   (candidates, len(OUTCOMES))   nothing, proposes ..., uses ..., discusses
prior       (candidates,)                 it names another paper
part        (candidates,)                 it is a module of the paper's own system
own         (candidates,)                 it is that system

Stacking after Wolpert (1992), "Stacked generalization"; the margins that the trees were fitted
on came from folds that had not seen the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Candidate
from kg.extract.clues import clue_hits, read_clues
from kg.extract.features import PageFeatures
from kg.extract.rates import Rates
from kg.extract.trees import Linear, Trees, sigmoid, softmax
from kg.extract.vectors import WordVectors, read_vectors
from kg.extract.words import Page
from kg.model import Kind, Relation
from kg.read.identifiers import is_note_link, is_paper_link
from kg.resources import resource

Floats = NDArray[np.float32]

OUTCOMES: tuple[tuple[Relation, Kind] | None, ...] = (
    None,
    (Relation.PROPOSES, Kind.METHOD),
    (Relation.USES_METHOD, Kind.METHOD),
    (Relation.USES_LOSS, Kind.LOSS),
    (Relation.USES_DATASET, Kind.DATASET),
    (Relation.ADDRESSES_TASK, Kind.TASK),
    (Relation.USES_METRIC, Kind.METRIC),
    (Relation.DISCUSSES, Kind.CONCEPT),
    (Relation.PROPOSES, Kind.DATASET),
    (Relation.PROPOSES, Kind.LOSS),
)
PRIOR: tuple[Relation | None, ...] = (
    None,
    Relation.EXTENDS,
    Relation.BUILDS_ON,
    Relation.COMPARES_WITH,
    Relation.CITES,
)
MARGINS = len(OUTCOMES) + len(PRIOR) - 1 + 1
"""Outputs of the linear model: every outcome, every prior work but none, part."""

_WORD_DIMENSIONS, _CONTEXT_DIMENSIONS = 32, 16
_GOVERNORS = 4
"""Mentions whose governing word counts."""


@dataclass(frozen=True)
class Model:
    """The fitted parts, as tools/fit.py writes them."""

    linear: Linear
    rates: Rates
    relevance: Trees
    prior: Trees
    part: Trees
    own: Trees
    kinds: Linear
    pairs: Linear
    vectors: WordVectors


@dataclass(frozen=True)
class Scored:
    """Probabilities for those candidates of a page that passed the first step.

    `clues` are, for each, the numbers of the clues beside its mentions.
    """

    page: Page
    candidates: tuple[Candidate, ...]
    relevance: Floats
    prior: Floats
    part: Floats
    own: Floats
    clues: tuple[tuple[int, ...], ...]
    linked: tuple[str | None, ...]


TREES = ("relevance", "prior", "part", "own")
"""The forests of a model, in its order."""

LINEAR = ("kinds", "pairs")
"""The linear models over things, in its order: kinds of prior work, relations of pairs."""


@cache
def read_model() -> Model:
    """The shipped model."""
    with np.load(resource("data", "model", "relevance.npz")) as stored:
        linear = _linear(stored, "linear")
        facts = bytes(stored["rates_facts"]).decode().split("\n")
        counts = stored["rates_counts"].astype(np.float32)
        rates = Rates({f: i for i, f in enumerate(facts)}, counts, stored["rates_overall"])
        relevance, prior, part, own = (_trees(stored, name) for name in TREES)
        kinds, between = (_linear(stored, name) for name in LINEAR)
    return Model(linear, rates, relevance, prior, part, own, kinds, between, read_vectors())


def _linear(stored: dict[str, NDArray[np.float32]], name: str) -> Linear:
    return Linear(stored[f"{name}_weights"].astype(np.float32), stored[f"{name}_bias"])


def _trees(stored: dict[str, NDArray[np.float32]], name: str) -> Trees:
    def part(field: str) -> NDArray[np.float32]:
        return stored[f"{name}_{field}"]

    return Trees(
        part("feature").astype(np.intp),
        part("threshold"),
        part("children").astype(np.intp),
        part("value"),
        part("roots").astype(np.intp),
        int(part("shape")[0]),
        int(part("shape")[1]),
    )


# ------------------------------------------------------------------- the second step's view


def link_targets(page: Page, candidates: Sequence[Candidate]) -> tuple[str | None, ...]:
    """For each candidate the target of the first link whose text is one of its mentions."""
    found = {
        (sentence.index, first, last): target
        for sentence in page.sentences
        for first, last, target in page.linked_words(sentence)
    }
    return tuple(
        next((found[m[:3]] for m in c.mentions if m[:3] in found), None) for c in candidates
    )


def keep(margins: Floats, targets: Sequence[str | None]) -> NDArray[np.intp]:
    """Candidates that the second step looks at: not plainly nothing, or a link."""
    linked = np.array([t is not None for t in targets], dtype=bool)
    return np.flatnonzero((margins[:, 0] < CUT) | linked)


CUT = 2.8
"""Margin of "nothing" from which a candidate is left out; on held-out sources it costs nothing."""


def second_view(
    page: Page,
    candidates: Sequence[Candidate],
    features: PageFeatures,
    margins: Floats,
    rates: Rates,
    vectors: WordVectors,
) -> tuple[NDArray[np.intp], Floats, list[dict[int, int]], tuple[str | None, ...]]:
    """What the trees see: the rows kept, their features, their clues and their link targets."""
    targets = link_targets(page, candidates)
    kept = keep(margins, targets)
    chosen = [candidates[i] for i in kept]
    hits = clue_hits(page, chosen)
    clues = np.zeros((len(kept), len(read_clues())), dtype=np.float32)
    for row, counts in enumerate(hits):
        for number, count in counts.items():
            clues[row, number] = count
    chosen_targets = tuple(targets[i] for i in kept)
    x = np.hstack(
        [
            features.dense(kept.tolist()),
            margins[kept],
            _ranks(margins)[kept],
            _rivals(candidates, margins)[kept],
            clues,
            np.array([_link_facts(t) for t in chosen_targets], dtype=np.float32).reshape(-1, 3),
            rates.of([features.rated[i] for i in kept]),
            _word_view(page, chosen, vectors),
        ]
    ).astype(np.float32)
    return kept, x, hits, chosen_targets


def _link_facts(target: str | None) -> tuple[float, float, float]:
    if target is None:
        return 0.0, 0.0, 0.0
    paper = is_paper_link(target)
    local = is_note_link(target)
    return float(paper), float(local), float(not paper and not local)


def _ranks(margins: Floats) -> Floats:
    """Rank of each candidate under each margin, from 0 (best) to 1."""
    order = np.argsort(-margins, axis=0, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(len(margins))[:, None], axis=0)
    return (ranks / max(1, len(margins))).astype(np.float32)


def _rivals(candidates: Sequence[Candidate], margins: Floats) -> Floats:
    """How good the best longer and the best shorter phrase over the same words are, and the lead.

    Good is the best margin of any outcome less the margin of none.
    """
    n = len(OUTCOMES)
    good = margins[:, 1:n].max(axis=1) - margins[:, 0]
    over: dict[tuple[int, int], list[int]] = {}
    for i, c in enumerate(candidates):
        for m in c.mentions:
            for k in range(m.first, m.last + 1):
                over.setdefault((m.sentence, k), []).append(i)
    out = np.full((len(candidates), 3), -10.0, dtype=np.float32)
    length = [c.mentions[0].last - c.mentions[0].first for c in candidates]
    # The two best longer and shorter phrases over a word are enough for all that stand there.
    for members in over.values():
        unique = sorted(set(members), key=lambda i: -good[i])
        for i in set(members):
            seen_longer = seen_shorter = False
            for j in unique:
                if j == i:
                    continue
                side = 0 if length[j] > length[i] else 1
                if side == 0 and not seen_longer:
                    seen_longer = True
                    out[i, 0] = max(out[i, 0], good[j])
                elif side == 1 and not seen_shorter:
                    seen_shorter = True
                    out[i, 1] = max(out[i, 1], good[j])
                if seen_longer and seen_shorter:
                    break
    out[:, 2] = good - out[:, :2].max(axis=1)
    return out


def _word_view(page: Page, candidates: Sequence[Candidate], vectors: WordVectors) -> Floats:
    """Vectors of the last word, of all words on average, and of what governs the mentions."""
    texts: list[str] = []
    last, parts, governors = [], [], []
    for c in candidates:
        m = c.mentions[0]
        parts.append(len(texts))
        texts += [w.text for w in page.sentences[m.sentence].words[m.first : m.last + 1]]
        last.append(len(texts) - 1)
    for c in candidates:
        governors.append(len(texts))
        for m in c.mentions[:_GOVERNORS]:
            words = page.sentences[m.sentence].words
            texts.append(words[words[m.last].head].lemma)
    if not candidates:
        return np.zeros((0, 2 * _WORD_DIMENSIONS + _CONTEXT_DIMENSIONS), np.float32)
    table = np.array([vectors.of(text) for text in texts])
    sums = np.add.reduceat(table, parts + governors, axis=0)
    counts = np.diff([*parts, *governors, len(texts)])
    means = sums / counts[:, None]
    n = len(candidates)
    return np.hstack(
        [
            table[last, :_WORD_DIMENSIONS],
            means[:n, :_WORD_DIMENSIONS],
            means[n:, :_CONTEXT_DIMENSIONS],
        ]
    ).astype(np.float32)


EARLY = 12
"""Rounds of boosting after which a candidate may be given up."""

GIVEN_UP = 0.85
"""Probability of nothing, after these rounds, from which it is."""


def relevance(forest: Trees, x: Floats) -> Floats:
    """Probabilities (rows, outputs); what is plainly nothing early on is not looked at further.

    A cascade after Viola and Jones (2001), "Rapid object detection using a boosted cascade".
    """
    margins = forest.raw(x, slice(EARLY))
    open_ = softmax(margins)[:, 0] < GIVEN_UP
    margins[open_] += forest.raw(x[open_], slice(EARLY, None))
    return softmax(margins)


def score(
    page: Page, candidates: Sequence[Candidate], features: PageFeatures, model: Model
) -> Scored:
    """Probabilities for the candidates of one page."""
    margins = model.linear.raw(features.sparse)
    kept, x, hits, targets = second_view(
        page, candidates, features, margins, model.rates, model.vectors
    )
    return Scored(
        page,
        tuple(candidates[i] for i in kept),
        relevance(model.relevance, x),
        sigmoid(model.prior.raw(x))[:, 0],
        sigmoid(model.part.raw(x))[:, 0],
        sigmoid(model.own.raw(x))[:, 0],
        tuple(tuple(sorted(h)) for h in hits),
        targets,
    )
