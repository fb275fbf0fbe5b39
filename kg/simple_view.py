"""The simple view: pyvis's Network with positions given, in a page of our own.

For people who know pyvis or want to script it: `to_pyvis` gives a Network that is theirs to
change; `write_simple_view` writes the page. pyvis's own page is not used: it asks the network
for styles, and runs scripts that stand in labels.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kg.explorer.page import (
    content_security_policy,
    joined_script,
    json_for_html,
    without_surrogates,
)
from kg.explorer.payload import title_of, to_payload
from kg.explorer.terms import KINDS, RELATIONS, short_label
from kg.graph import Graph
from kg.layout import Layout, layout, node_radius
from kg.output import write_text

if TYPE_CHECKING:
    from pyvis.network import Network

MOST_NODES = 2000
"""vis-network draws more than this too slowly to be of use."""

_FOLDER = Path(__file__).parent / "explorer"
_OPTIONS = {
    "physics": {"enabled": False},
    "interaction": {
        "hover": True,
        "tooltipDelay": 150,
        "hideEdgesOnDrag": True,
        "hideEdgesOnZoom": True,
        "keyboard": {"enabled": True, "bindToWindow": False},
    },
    "nodes": {
        "borderWidth": 1,
        "borderWidthSelected": 3,
        "font": {"face": "system-ui, sans-serif", "strokeWidth": 3, "strokeColor": "#ffffff"},
        # A label is drawn from the zoom on at which it is 10 pixels high.
        "scaling": {"label": {"drawThreshold": 10, "maxVisible": 30}},
    },
    "edges": {
        "smooth": False,
        "width": 0.8,
        "selectionWidth": 2,
        "hoverWidth": 1,
        "color": {"color": "#b4bac4", "highlight": "#1f2933", "hover": "#1f2933"},
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.4}},
    },
}


def to_pyvis(graph: Graph, positions: Layout | None = None) -> Network:
    """A directed pyvis Network of the whole graph: fixed positions, physics off, plain titles.

    `positions` is a layout of `graph` where there is one already. Node ids are entity ids.
    """
    from pyvis.network import Network

    placed = positions or layout(graph)
    known = {e.id for e in graph.entities}
    edges = [a for a in graph.assertions if a.subject in known and a.object in known]
    degree = Counter(end for a in edges for end in (a.subject, a.object))
    sizes = [float(node_radius(degree[e.id])) for e in graph.entities]
    fonts = _font_sizes(graph, placed, sizes)
    network = Network(height="100%", width="100%", directed=True, cdn_resources="in_line")
    network.set_options(json.dumps(_OPTIONS))
    for entity, (x, y), size, font in zip(
        graph.entities, placed.positions.tolist(), sizes, fonts, strict=True
    ):
        style = KINDS[entity.kind]
        network.add_node(
            entity.id,
            label=short_label(entity) or entity.id,
            title=f"{entity.kind}: {entity.name}\n{degree[entity.id]} relations",
            kind=str(entity.kind),
            color={
                "background": style.colour,
                "border": "#475569",
                "highlight": {"background": style.colour, "border": "#000000"},
                "hover": {"background": style.colour, "border": "#000000"},
            },
            shape=style.shape,
            size=round(size, 1),
            font={"size": font},
            x=x,
            y=y,
        )
    # Network.add_edge looks through a list of all nodes twice for each edge; the ends are known.
    for a in edges:
        network.edges.append(
            {
                "from": a.subject,
                "to": a.object,
                "arrows": "to",
                "relation": str(a.relation),
                "title": RELATIONS[a.relation].forward,
            }
        )
    return network


def write_simple_view(graph: Graph, path: Path) -> None:
    """Write the simple view of `graph` as one HTML file, in one step.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    write_text(path, to_simple_html(graph))


def to_simple_html(graph: Graph) -> str:
    """The page as text. Of a graph with more than MOST_NODES it shows the most connected ones."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    shown = most_connected(graph, MOST_NODES)
    positions = layout(shown)
    network = to_pyvis(shown, positions)
    script = joined_script("simple")
    style = _read(_FOLDER / "simple.css")
    library = _vis_network()
    drawn, sentences = to_payload(shown, positions)
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    counts = Counter(e.kind for e in shown.entities)
    page = environment.get_template("simple.html").render(
        title=title_of(graph),
        policy=content_security_policy([library, script], [style]),
        style=style,
        library=library,
        script=script,
        network=json_for_html({"nodes": network.nodes, "edges": network.edges}),
        options=json_for_html(_OPTIONS),
        graph=json_for_html(drawn),
        sentences=json_for_html(sentences),
        legend=[(kind, s, counts[kind]) for kind, s in KINDS.items() if counts[kind]],
        nodes=len(shown.entities),
        edges=len(network.edges),
        all_nodes=len(graph.entities),
    )
    return without_surrogates(page)


def most_connected(graph: Graph, most: int) -> Graph:
    """The `most` entities with most assertions, and the assertions between them."""
    if len(graph.entities) <= most:
        return graph
    degree = Counter(end for a in graph.assertions for end in (a.subject, a.object))
    ranked = sorted(graph.entities, key=lambda e: (-degree[e.id], e.id))[:most]
    kept = {e.id for e in ranked}
    return Graph(
        tuple(e for e in graph.entities if e.id in kept),
        graph.topics,
        graph.sources,
        tuple(a for a in graph.assertions if a.subject in kept and a.object in kept),
    )


def _font_sizes(graph: Graph, placed: Layout, sizes: list[float]) -> list[float]:
    """Label heights: large for nodes whose label finds room in the first picture, else small.

    vis-network lets labels overlap; those with a small font appear when the reader comes near.
    """
    if not sizes:
        return []
    points = placed.positions
    extent = points.max(axis=0) - points.min(axis=0) + 100.0
    pixel = 1.0 / min(1200.0 / float(extent[0]), 800.0 / float(extent[1]), 1.0)
    fonts = [7.0] * len(sizes)
    taken: list[tuple[float, float, float, float]] = []
    order = sorted(range(len(sizes)), key=lambda i: (-sizes[i], graph.entities[i].id))
    for i in order[: max(len(order) // 5, 12)]:
        half = 3.6 * pixel * len(short_label(graph.entities[i]))
        (x, y), r = points[i].tolist(), sizes[i]
        box = (x - half, y + r, x + half, y + r + 18.0 * pixel)
        if _is_free(box, taken):
            taken += [box, (x - r, y - r, x + r, y + r)]
            fonts[i] = round(13.0 * pixel, 1)
    return fonts


def _is_free(
    box: tuple[float, float, float, float], taken: Iterable[tuple[float, float, float, float]]
) -> bool:
    left, top, right, bottom = box
    return all(right <= a or c <= left or bottom <= b or d <= top for a, b, c, d in taken)


def _vis_network() -> str:
    """The vis-network that pyvis brings along (Apache-2.0 or MIT; it starts with its notice)."""
    import pyvis

    folder = Path(pyvis.__file__).parent / "lib"
    (library,) = sorted(folder.glob("vis-9.1*/vis-network.min.js"))
    # Without its last line, which names a source map that a browser's tools would ask for.
    return _read(library).partition("\n//# sourceMappingURL")[0].replace("</script", "<\\/script")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
