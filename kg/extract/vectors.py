"""Vectors of words: how alike two words are used, for words that the annotations never held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.resources import resource

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class WordVectors:
    """Rows of `table` (words, dimensions) by lower-case word; unknown words are zero."""

    index: dict[str, int]
    table: Floats

    def of(self, word: str) -> Floats:
        """The vector of a word: of its singular, or the mean of its hyphenated parts."""
        lower = word.lower()
        at = self.index.get(lower)
        if at is None and lower.endswith("s"):
            at = self.index.get(lower[:-1])
        if at is not None:
            return np.asarray(self.table[at])
        parts = [self.table[self.index[p]] for p in lower.split("-") if p in self.index]
        if parts:
            return np.asarray(np.mean(parts, axis=0), dtype=np.float32)
        return np.zeros(self.table.shape[1], dtype=np.float32)


def read_vectors() -> WordVectors:
    """The shipped vectors: 8-bit numbers with one scale a dimension."""
    words = resource("data", "model", "word-vectors.txt").read_text("utf-8").split("\n")
    with np.load(resource("data", "model", "word-vectors.npz")) as stored:
        table = stored["values"].astype(np.float32) * stored["scale"]
    return WordVectors({w: i for i, w in enumerate(words) if w}, table)
