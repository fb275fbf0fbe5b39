"""The pyvis view as a file: what is in it, what is not, the same bytes each time."""

import json
import re
from pathlib import Path

import pytest

from kg.graph import Graph
from kg.simple_view import MOST_NODES, most_connected, to_pyvis, to_simple_html, write_simple_view
from tests.browser.graphs import literature
from tests.browser.hostile import hostile


def _json(page: str, name: str) -> object:
    (text,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.S)
    return json.loads(text)


def test_network_has_every_node_and_edge_in_its_place() -> None:
    graph = literature(120)
    network = to_pyvis(graph)
    assert [n["id"] for n in network.nodes] == [e.id for e in graph.entities]
    assert [(e["from"], e["relation"], e["to"]) for e in network.edges] == [
        (a.subject, str(a.relation), a.object) for a in graph.assertions
    ]
    assert network.directed
    assert network.options["physics"] == {"enabled": False}
    assert all({"x", "y", "size", "shape", "color"} <= set(n) for n in network.nodes)


def test_colours_and_shapes_tell_the_kind() -> None:
    network = to_pyvis(literature(300))
    seen = {(n["kind"], n["shape"], n["color"]["background"]) for n in network.nodes}
    assert len(seen) == 7
    assert len({shape for _, shape, _ in seen}) == 7
    assert ("Paper", "square", "#0072B2") in seen


def test_page_names_no_other_host_and_loads_nothing() -> None:
    page = to_simple_html(literature(60))
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r"\b(src|href|action|data)\s*=", markup)
    assert "default-src &#39;none&#39;" in page
    assert page.startswith("<!doctype html>")


def test_page_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in "ab":
        write_simple_view(literature(150), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_an_empty_graph_is_a_page() -> None:
    assert "0 nodes, 0 relations" in to_simple_html(Graph((), (), (), ()))


@pytest.fixture(scope="module")
def large() -> Graph:
    return literature(MOST_NODES + 200)


def test_a_large_graph_is_cut_to_the_most_connected_and_says_so(large: Graph) -> None:
    page = to_simple_html(large)
    data = _json(page, "network-data")
    assert isinstance(data, dict)
    assert len(data["nodes"]) == MOST_NODES
    assert f"The {MOST_NODES} most connected of {len(large.entities)} nodes are shown." in page


def test_what_is_cut_has_fewer_relations_than_what_stays(large: Graph) -> None:
    degree = {e.id: 0 for e in large.entities}
    for a in large.assertions:
        degree[a.subject] += 1
        degree[a.object] += 1
    kept = most_connected(large, 100)
    ids = {e.id for e in kept.entities}
    assert len(ids) == 100
    assert min(degree[i] for i in ids) >= max(d for i, d in degree.items() if i not in ids)
    assert {end for a in kept.assertions for end in (a.subject, a.object)} <= ids


def test_hostile_strings_stay_data() -> None:
    page = to_simple_html(hostile())
    assert page.encode("utf-8")
    markup, scripts = re.subn(r"<script>.*?</script>", "", page, flags=re.S)
    assert scripts == 2
    assert markup.count("</script>") == 4
    assert "<script>" not in markup
    assert "<img" not in markup
    data = _json(page, "network-data")
    assert isinstance(data, dict)
    assert len(data["nodes"]) == 16
