"""How often the words of a candidate were annotated elsewhere, and as what.

For five facts of a candidate (its label, head word, last two words, first word, and the word
that governs it) the annotated summaries give counts; a rate is shrunk towards the overall one
by PRIOR pseudo-counts, so that rare words say little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PRIOR = 4.0

RatedFacts = tuple[str, str, str, str, str]
"""Label, head word, last two words, first word, what governs it; "" where there is none."""

_FACTS = 5


@dataclass(frozen=True)
class Rates:
    """Counts (facts, outcomes) by fact; `overall` are the rates over all candidates."""

    index: dict[str, int]
    counts: Floats
    overall: Floats

    @property
    def columns(self) -> int:
        """Features of a candidate: for each fact how often it was seen, and its rates but none."""
        return _FACTS * len(self.overall)

    @cached_property
    def _table(self) -> Floats:
        """Array (facts + 1, outcomes): what `of` says of each fact, and of an unknown one last."""
        seen = self.counts.sum(axis=1, keepdims=True)
        table = np.tile(self.overall, (len(self.counts) + 1, 1)).astype(np.float32)
        table[:-1, 1:] = (self.counts[:, 1:] + PRIOR * self.overall[1:]) / (seen + PRIOR)
        table[:, 0] = 0.0
        table[:-1, :1] = np.log1p(seen)
        return table

    def of(self, facts: Sequence[RatedFacts]) -> Floats:
        """Array (candidates, columns)."""
        unknown = len(self.counts)
        find = self.index.get
        places = [[find(fact, unknown) for fact in given] for given in facts]
        found = self._table[np.array(places, dtype=np.intp).reshape(-1, _FACTS)]
        return np.asarray(found.reshape(-1, self.columns))


def count_rates(
    pages: Iterable[tuple[Sequence[RatedFacts], Sequence[int]]], outcomes: int
) -> Rates:
    """Counts over annotated pages: (facts of the candidates, outcome of each)."""
    counts: dict[str, Floats] = {}
    total = np.zeros(outcomes, dtype=np.float32)
    for candidates, outcome in pages:
        for facts, o in zip(candidates, outcome, strict=True):
            total[o] += 1
            for fact in facts:
                if fact:
                    if fact not in counts:
                        counts[fact] = np.zeros(outcomes, dtype=np.float32)
                    counts[fact][o] += 1
    names = sorted(f for f, c in counts.items() if c.sum() >= 2)
    table = np.array([counts[f] for f in names], dtype=np.float32).reshape(len(names), outcomes)
    return Rates({f: i for i, f in enumerate(names)}, table, total / max(1.0, total.sum()))
