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

FACTS = ("k=", "h=", "h2=", "f=", "gov=")
PRIOR = 4.0


_SORTS = {sort: i for i, sort in enumerate(FACTS)}


@dataclass(frozen=True)
class Rates:
    """Counts (facts, outcomes) by fact; `overall` are the rates over all candidates."""

    index: dict[str, int]
    counts: Floats
    overall: Floats

    @property
    def columns(self) -> int:
        """Features of a candidate: for each fact how often it was seen, and its rates but none."""
        return len(FACTS) * len(self.overall)

    @cached_property
    def _table(self) -> Floats:
        """Array (facts + 1, outcomes): what `of` says of each fact, and of an unknown one last."""
        seen = self.counts.sum(axis=1, keepdims=True)
        table = np.tile(self.overall, (len(self.counts) + 1, 1)).astype(np.float32)
        table[:-1, 1:] = (self.counts[:, 1:] + PRIOR * self.overall[1:]) / (seen + PRIOR)
        table[:, 0] = 0.0
        table[:-1, :1] = np.log1p(seen)
        return table

    def of(self, facts: Sequence[Sequence[str]]) -> Floats:
        """Array (candidates, columns)."""
        unknown = len(self.counts)
        find = self.index.get
        places = [
            [unknown if f is None else find(f, unknown) for f in chosen(given)] for given in facts
        ]
        found = self._table[np.array(places, dtype=np.intp).reshape(-1, len(FACTS))]
        return np.asarray(found.reshape(-1, self.columns))


def chosen(facts: Sequence[str]) -> tuple[str | None, ...]:
    """The first fact of each sort."""
    found: list[str | None] = [None] * len(FACTS)
    for fact in facts:
        at = _SORTS.get(fact[: fact.find("=") + 1])
        if at is not None and found[at] is None:
            found[at] = fact
    return tuple(found)


def count_rates(
    pages: Iterable[tuple[Sequence[Sequence[str]], Sequence[int]]], outcomes: int
) -> Rates:
    """Counts over annotated pages: (facts of the candidates, outcome of each)."""
    counts: dict[str, Floats] = {}
    total = np.zeros(outcomes, dtype=np.float32)
    for candidates, outcome in pages:
        for facts, o in zip(candidates, outcome, strict=True):
            total[o] += 1
            for fact in chosen(facts):
                if fact:
                    if fact not in counts:
                        counts[fact] = np.zeros(outcomes, dtype=np.float32)
                    counts[fact][o] += 1
    names = sorted(f for f, c in counts.items() if c.sum() >= 2)
    table = np.array([counts[f] for f in names], dtype=np.float32).reshape(len(names), outcomes)
    return Rates({f: i for i, f in enumerate(names)}, table, total / max(1.0, total.sum()))
