"""Scoring with fitted models: boosted trees and a linear model over hashed facts, in numpy.

The trees are those of gradient boosting (Friedman 2001, "Greedy function approximation"), fitted
elsewhere (tools/fit.py) and flattened into arrays, so that nothing but numpy runs here.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ROWS = 4096


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float32)


def softmax(x: Floats) -> Floats:
    """Rows that sum to one."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Trees:
    """A forest of binary trees in flat arrays, one root a tree.

    `children` holds the left and the right child of node n at 2n and 2n + 1. A row goes left where
    its feature is at most the threshold. A leaf points to itself.
    Tree t adds to output t % outputs. `depth` is that of the deepest leaf.
    """

    feature: NDArray[np.intp]
    threshold: Floats
    children: NDArray[np.intp]
    value: Floats
    roots: NDArray[np.intp]
    outputs: int
    depth: int

    def raw(self, x: Floats, rounds: slice = slice(None)) -> Floats:
        """Sums over the trees: (rows, outputs), for features (rows, columns).

        `rounds` chooses among the rounds of boosting, each of `outputs` trees.
        """
        roots = self.roots.reshape(-1, self.outputs)[rounds].reshape(-1)
        out = np.zeros((len(x), self.outputs), dtype=np.float32)
        for start in range(0, len(x), _ROWS):
            part = x[start : start + _ROWS]
            out[start : start + _ROWS] = self._block(part, roots)
        return out

    def _block(self, x: Floats, roots: NDArray[np.intp]) -> Floats:
        rows, columns = x.shape
        flat = np.ascontiguousarray(x).reshape(-1)
        offset = (np.arange(rows) * columns)[:, None]
        at = np.broadcast_to(roots, (rows, len(roots)))
        # take with mode="clip" skips the check of bounds, which costs more than the reading.
        for _ in range(self.depth):
            place = self.feature.take(at, mode="clip")
            place += offset
            goes_right = flat.take(place, mode="clip") > self.threshold.take(at, mode="clip")
            at = self.children.take(2 * at + goes_right, mode="clip")
        values = self.value.take(at, mode="clip")
        sums = values.reshape(rows, -1, self.outputs).sum(axis=1, dtype=np.float32)
        return np.asarray(sums, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model over facts hashed into buckets: weights (buckets, outputs), bias (outputs)."""

    weights: Floats
    bias: Floats

    def raw(self, facts: Sequence[Sequence[str]]) -> Floats:
        """Margins (rows, outputs); a fact counts once, however often it is given."""
        rows = [hashed(row, len(self.weights)) for row in facts]
        out = np.tile(self.bias, (len(rows), 1)).astype(np.float32)
        given = [i for i, row in enumerate(rows) if len(row)]
        if given:
            starts = np.cumsum([0, *(len(rows[i]) for i in given[:-1])])
            weights = self.weights[np.concatenate([rows[i] for i in given])]
            out[given] += np.add.reduceat(weights, starts, axis=0)
        return out


def hashed(facts: Sequence[str], buckets: int) -> NDArray[np.int32]:
    """Buckets of the facts, each once, rising. CRC-32, so that no hash seed matters."""
    return np.array(sorted({zlib.crc32(f.encode()) % buckets for f in facts}), dtype=np.int32)
