"""Positions: the same for the same graph, apart from each other, communities in their own discs."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.graph import Graph
from kg.layout import GAP, LARGEST_COMMUNITY, communities, layout, layout_edges, node_radius
from kg.model import Kind, Paper, Topic
from tests.browser.graphs import literature

TWO_TRIANGLES = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)]


def _communities(n: int, edges: list[tuple[int, int]], group: list[int] | None = None) -> list[int]:
    ends = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    return communities(n, ends, np.asarray(group or [-1] * n)).tolist()


def _overlaps(positions: np.ndarray, radius: np.ndarray) -> int:
    apart = positions[:, None, :] - positions[None, :, :]
    distance = np.sqrt((apart**2).sum(axis=2))
    touching = distance < radius[:, None] + radius[None, :]
    return int(np.triu(touching, 1).sum())


def test_two_triangles_joined_by_one_edge_are_two_communities() -> None:
    assert _communities(6, TWO_TRIANGLES) == [0, 0, 0, 1, 1, 1]


def test_larger_communities_have_smaller_numbers() -> None:
    edges = [(0, 1), (1, 2), (0, 2), *[(a, b) for a in range(3, 8) for b in range(a + 1, 8)]]
    assert _communities(8, edges) == [1, 1, 1, 0, 0, 0, 0, 0]


def test_unconnected_nodes_gather_with_their_group() -> None:
    assert _communities(6, [(0, 1)], [7, -1, 7, 8, 8, -1]) == [0, 0, 0, 1, 1, 2]


def test_a_large_community_is_divided() -> None:
    n = LARGEST_COMMUNITY * 3
    sizes = np.bincount(_communities(n, [(i, i + 1) for i in range(n - 1)]))
    assert sizes.max() <= LARGEST_COMMUNITY
    assert sizes.sum() == n


def test_empty_graph() -> None:
    result = layout_edges(0, [])
    assert result.positions.shape == (0, 2)
    assert result.centres.shape == (0, 2)


def test_one_node_lies_at_the_origin() -> None:
    assert layout_edges(1, []).positions.tolist() == [[0.0, 0.0]]


def test_papers_of_one_topic_share_a_community_when_nothing_joins_them() -> None:
    papers = [
        Paper(f"paper/{i}", Kind.PAPER, f"P{i}", topic=f"topic/{'ab'[i % 2]}") for i in range(6)
    ]
    graph = Graph((*papers,), (Topic("topic/a", "A"), Topic("topic/b", "B")), (), ())
    found = layout(graph).community.tolist()
    assert found == [0, 1, 0, 1, 0, 1]


def test_nodes_do_not_lie_on_each_other() -> None:
    graph = literature(600)
    result = layout(graph)
    number = {e.id: i for i, e in enumerate(graph.entities)}
    pairs = {frozenset((number[a.subject], number[a.object])) for a in graph.assertions}
    degree = np.bincount([i for pair in pairs for i in pair], minlength=len(number))
    assert _overlaps(result.positions, node_radius(degree)) <= 2


def test_communities_stay_in_discs_that_do_not_overlap() -> None:
    result = layout(literature(600))
    assert _overlaps(result.centres, result.reach) == 0
    home = result.centres[result.community]
    away = np.sqrt(((result.positions - home) ** 2).sum(axis=1))
    assert (away <= result.reach[result.community] + GAP).all()


def test_joined_nodes_are_nearer_than_others() -> None:
    graph = literature(600)
    positions = layout(graph).positions
    number = {e.id: i for i, e in enumerate(graph.entities)}
    ends = np.array([(number[a.subject], number[a.object]) for a in graph.assertions])
    joined = np.sqrt(((positions[ends[:, 0]] - positions[ends[:, 1]]) ** 2).sum(axis=1))
    shuffled = np.random.default_rng(0).permutation(ends[:, 1])
    others = np.sqrt(((positions[ends[:, 0]] - positions[shuffled]) ** 2).sum(axis=1))
    assert np.median(joined) < np.median(others) / 3


def test_same_graph_same_positions_whatever_the_hash_seed() -> None:
    program = (
        "import hashlib; from kg.layout import layout; from tests.browser.graphs import literature;"
        "print(hashlib.sha256(layout(literature(300)).positions.tobytes()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_another_seed_gives_another_picture() -> None:
    first = layout_edges(6, TWO_TRIANGLES, seed=0)
    second = layout_edges(6, TWO_TRIANGLES, seed=1)
    assert not np.array_equal(first.positions, second.positions)


@pytest.mark.parametrize(("nodes", "seconds"), [(600, 1.0), (10_000, 15.0)])
def test_it_is_fast_enough(nodes: int, seconds: float) -> None:
    graph = literature(nodes)
    start = time.process_time()
    layout(graph)
    assert time.process_time() - start < seconds


@st.composite
def _graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[int]]:
    n = draw(st.integers(1, 40))
    node = st.integers(0, n - 1)
    pairs = draw(st.sets(st.tuples(node, node), max_size=60))
    edges = sorted({(min(p), max(p)) for p in pairs if p[0] != p[1]})
    return n, edges, draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))


@settings(max_examples=40, deadline=None)
@given(_graphs())
def test_any_graph_gets_finite_distinct_positions(
    case: tuple[int, list[tuple[int, int]], list[int]],
) -> None:
    n, edges, groups = case
    result = layout_edges(n, edges, groups=groups)
    assert result.positions.shape == (n, 2)
    assert np.isfinite(result.positions).all()
    assert len({tuple(p) for p in result.positions.tolist()}) == n
    assert result.community.max() + 1 == len(result.reach) == len(result.centres)
    assert (
        sorted(np.bincount(result.community), reverse=True)
        == np.bincount(result.community).tolist()
    )
    again = layout_edges(n, edges, groups=groups)
    assert again.positions.tobytes() == result.positions.tobytes()


def test_igraph_finds_the_communities_of_large_graphs_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Leiden:
        def __init__(self, n: int, edges: list[list[int]]) -> None:
            assert edges == [list(edge) for edge in TWO_TRIANGLES]
            self.membership = [i % 2 for i in range(n)]

        def community_leiden(self, **options: object) -> "Leiden":
            assert options["objective_function"] == "modularity"
            return self

    class Igraph:
        Graph = Leiden
        generators: ClassVar[list[object]] = []
        set_random_number_generator = generators.append

    monkeypatch.setitem(sys.modules, "igraph", Igraph)
    assert _communities(6, TWO_TRIANGLES) == [0, 0, 0, 1, 1, 1]
    assert Igraph.generators == []
    monkeypatch.setattr("kg.layout.IGRAPH_FROM", 5)
    assert _communities(6, TWO_TRIANGLES) == [0, 1, 0, 1, 0, 1]
    # Its random numbers are seeded for the call and given back afterwards.
    assert len(Igraph.generators) == 2
    assert Igraph.generators[1] is random
