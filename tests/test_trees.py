"""Scoring with fitted models, against forests and weights written by hand."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kg.extract.trees import Linear, Trees, hashed, sigmoid, softmax


def forest(outputs: int, roots: list[int], depth: int) -> Trees:
    """Node 0: x[0] <= 1 ? node 1 : node 2; node 2: x[1] <= 0.5 ? node 3 : node 4; node 5 a leaf."""
    return Trees(
        feature=np.array([0, 0, 1, 0, 0, 0], np.int32),
        threshold=np.array([1, 0, 0.5, 0, 0, 0], np.float32),
        children=np.array([1, 2, 1, 1, 3, 4, 3, 3, 4, 4, 5, 5], np.int32),
        value=np.array([0, 10, 0, 20, 30, 0.5], np.float32),
        roots=np.array(roots, np.int32),
        outputs=outputs,
        depth=depth,
    )


ROWS = np.array([[1, 9], [1.5, 0.5], [1.5, 0.75], [-3, -3]], np.float32)


def test_a_row_goes_left_up_to_the_threshold():
    assert forest(1, [0], 2).raw(ROWS).tolist() == [[10], [20], [30], [10]]


def test_trees_add_up_and_a_leaf_may_be_a_root():
    assert forest(1, [0, 5, 2], 2).raw(ROWS).tolist() == [[40.5], [40.5], [60.5], [30.5]]


def test_trees_take_turns_among_the_outputs():
    assert forest(2, [0, 5, 5, 0], 2).raw(ROWS).tolist() == [
        [10.5, 10.5],
        [20.5, 20.5],
        [30.5, 30.5],
        [10.5, 10.5],
    ]
    assert forest(2, [0, 5], 2).raw(ROWS)[2].tolist() == [30, 0.5]


def test_more_depth_than_the_deepest_leaf_changes_nothing():
    assert forest(1, [0], 9).raw(ROWS).tolist() == forest(1, [0], 2).raw(ROWS).tolist()


def test_no_rows_give_no_rows():
    assert forest(2, [0, 5], 2).raw(np.zeros((0, 2), np.float32)).shape == (0, 2)


def test_more_rows_than_are_scored_at_a_time():
    many = np.tile(ROWS, (2500, 1))
    assert forest(1, [0], 2).raw(many)[:, 0].tolist() == [10, 20, 30, 10] * 2500


def test_linear_margins_add_the_weights_of_the_facts():
    facts = ["h=kite", "w=tail"]
    buckets = [zlib.crc32(f.encode()) % 8 for f in facts]
    weights = np.zeros((8, 2), np.float32)
    weights[buckets[0]] += [1, 10]
    weights[buckets[1]] += [2, 20]
    bias = np.array([0.5, -0.5], np.float32)
    model = Linear(weights, bias)
    both = weights[sorted(set(buckets))].sum(axis=0) + bias
    assert model.raw([facts, [], ["h=kite", "h=kite"]]).tolist() == [
        both.tolist(),
        [0.5, -0.5],
        (weights[buckets[0]] + bias).tolist(),
    ]


def test_buckets_are_rising_and_each_once_and_fixed():
    found = hashed(["a", "b", "a", "c"], 4)
    assert found.tolist() == sorted(set(found.tolist()))
    assert hashed(["a"], 1 << 16).tolist() == [zlib.crc32(b"a") % (1 << 16)]
    assert hashed([], 4).tolist() == []


@pytest.mark.parametrize(
    ("x", "expected"), [(0, 0.5), (1000, 1), (-1000, 0), (np.log(3), 0.75), (-np.log(3), 0.25)]
)
def test_sigmoid(x: float, expected: float):
    assert sigmoid(np.array([[x]], np.float32))[0, 0] == pytest.approx(expected, abs=1e-6)


def test_softmax():
    x = np.log(np.array([[1, 1, 2], [3, 1, 4]], np.float32))
    assert softmax(x) == pytest.approx(np.array([[0.25, 0.25, 0.5], [0.375, 0.125, 0.5]]))
    assert softmax(np.array([[1000, 0, -1000]], np.float32)).tolist() == [[1, 0, 0]]


ANY = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 4)),
    elements=st.floats(-200, 200, width=32),
)


@given(ANY)
@settings(deadline=None)
def test_softmax_rows_are_probabilities_in_the_order_of_the_scores(x: np.ndarray):
    p = softmax(x)
    assert p.sum(axis=1) == pytest.approx(np.ones(len(x)), abs=1e-5)
    assert ((p >= 0) & (p <= 1)).all()
    assert (p.max(axis=1) == np.take_along_axis(p, x.argmax(axis=1)[:, None], 1)[:, 0]).all()


@given(ANY)
@settings(deadline=None)
def test_sigmoid_is_a_probability_and_its_mirror(x: np.ndarray):
    p = sigmoid(x)
    assert ((p >= 0) & (p <= 1)).all()
    assert p + sigmoid(-x) == pytest.approx(np.ones_like(x), abs=1e-6)
