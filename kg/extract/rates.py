"""How often the words of a candidate were annotated elsewhere, and as what.

For five facts of a candidate (its label, head word, last two words, first word, and the word
that governs it) the annotated summaries give counts; a rate is shrunk towards the overall one
by PRIOR pseudo-counts, so that rare words say little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FACTS = ("k=", "h=", "h2=", "f=", "gov=")
PRIOR = 4.0


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

    def of(self, facts: Sequence[Sequence[str]]) -> Floats:
        """Array (candidates, columns)."""
        width = len(self.overall)
        out = np.empty((len(facts), self.columns), dtype=np.float32)
        for row, given in zip(out, facts, strict=True):
            for i, fact in enumerate(chosen(given)):
                at = self.index.get(fact) if fact else None
                part = row[i * width : (i + 1) * width]
                if at is None:
                    part[0], part[1:] = 0.0, self.overall[1:]
                    continue
                counts = self.counts[at]
                seen = counts.sum()
                part[0] = np.log1p(seen)
                part[1:] = (counts[1:] + PRIOR * self.overall[1:]) / (seen + PRIOR)
        return out


def chosen(facts: Sequence[str]) -> tuple[str | None, ...]:
    """The first fact of each sort."""
    found: dict[str, str] = {}
    for fact in facts:
        sort = fact[: fact.find("=") + 1]
        if sort in FACTS:
            found.setdefault(sort, fact)
    return tuple(found.get(sort) for sort in FACTS)


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
