"""Publishing a graph to a SPARQL 1.1 server.

One build is one named graph, which is replaced as a whole. The triples go to a staging graph
first, in parts; when all are there, one update moves it into the place of the target. So a reader
sees the earlier build or the new one, never a half, and an upload that broke off goes on where it
stopped: the name of the staging graph says what belongs in it, and the server says how much it
has. A server without updates is written through the Graph Store Protocol alone: part by part in
the target itself, with the first part replacing what was there.

Where the target is not given, it is named after the sources of the graph, and earlier builds of
nothing but these sources are removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from kg.endpoint import Endpoint
from kg.errors import EndpointError, ExportsError
from kg.export.content import Content, read_content
from kg.vocabulary import KG, RDF, digest

CHUNK = 2000
"""Triples in one request: well below what Virtuoso's SPARQL compiler takes (10,000 lines)."""

STAGING = "#upload-"


@dataclass(frozen=True, slots=True)
class Published:
    """What was done: the graph, its triples, how many of them this run sent.

    `removed` are graphs of earlier builds of the same sources; `overlapping` are graphs that
    hold some of the sources and others too, which are left for the user to decide about.
    """

    graph: str
    triples: int
    sent: int
    removed: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()


def publish(
    path: Path,
    endpoint: Endpoint,
    *,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] | None = None,
) -> Published:
    """Publish the graph in a Turtle file, or in graph.ttl of a folder.

    `endpoint.graph` is the target; None means a graph named after the sources. `progress` is
    called with the triples that the server has and those that there are, after each request.

    Raises:
        ExportsError: there is no graph, it is not Turtle, or it has blank nodes.
        EndpointError: the server refuses, fails or does not answer; running it again goes on.
    """
    content = read_content(path)
    target = endpoint.graph or target_of(content)
    tell = progress or _silent
    _check(endpoint, content, target)
    if endpoint.update_url is None:
        sent = _through_store(endpoint, content.triples, target, chunk, tell)
    else:
        sent = _through_staging(endpoint, content.triples, target, chunk, tell)
    if endpoint.query_url is not None:
        there = _count(endpoint, target)
        if there != len(content.triples):
            raise EndpointError(
                f"has {there} triples in <{target}> instead of {len(content.triples)}: "
                "publish again",
                endpoint.query_url,
            )
    removed, overlapping = _earlier(endpoint, content, target)
    return Published(target, len(content.triples), sent, removed, overlapping)


def _silent(_: int, __: int) -> None:
    """No progress is asked for."""


def _check(endpoint: Endpoint, content: Content, target: str) -> None:
    """Refuse blank nodes, a target that is no IRI, and one that holds a build of other sources."""
    if any(isinstance(term, BlankNode) for triple in content.triples for term in triple):
        # A part that is sent twice would make them twice.
        raise ExportsError("has blank nodes, which no build writes: `kg validate` says where")
    try:
        NamedNode(target)
    except ValueError as error:
        raise EndpointError(f"the graph <{target}> is no IRI: {error}") from error
    if endpoint.query_url is None:
        return
    there = {
        source.value
        for (source,) in _select(
            endpoint,
            f"SELECT ?source WHERE {{ GRAPH <{target}> {{ ?source a <{KG.SourceDocument}> }} }}",
        )
        if isinstance(source, NamedNode)
    }
    if there and not there & _sources(content):
        raise EndpointError(
            f"the graph <{target}> holds a build of other sources ({', '.join(sorted(there))}): "
            "name another graph, or remove that one first",
            endpoint.query_url,
        )


def target_of(content: Content) -> str:
    """The graph that a build of these sources goes to: <base>graph/of/<source or digest>."""
    sources = sorted(_sources(content))
    if len(sources) == 1:
        name = sources[0].removeprefix(f"{content.base}source/")
    else:
        name = digest(*sources)
    return f"{content.base}graph/of/{name}"


def _sources(content: Content) -> set[str]:
    """The IRIs of the sources of the graph."""
    return {
        s.value
        for s, p, o in content.triples
        if p.value == RDF.type
        and isinstance(o, NamedNode)
        and o.value == KG.SourceDocument
        and isinstance(s, NamedNode)
    }


# --------------------------------------------------------------------------- uploading


def _through_staging(
    endpoint: Endpoint,
    triples: Sequence[Triple],
    target: str,
    chunk: int,
    tell: Callable[[int, int], None],
) -> int:
    staging = f"{target}{STAGING}{digest(*map(str, triples))}"
    start = 0
    if endpoint.query_url is not None:
        # Whole parts only: of a part that broke off, a server may have kept a piece.
        start = min(_count(endpoint, staging), len(triples)) // chunk * chunk
    if start == 0:
        endpoint.update(f"DROP SILENT GRAPH <{staging}>")
    done = start
    for part in _parts(triples[start:], chunk):
        if endpoint.store_url is not None:
            endpoint.store(_lines(part), staging, replace=False)
        else:
            text = _lines(part).decode()
            endpoint.update(f"INSERT DATA {{ GRAPH <{staging}> {{\n{text}}} }}")
        done += len(part)
        tell(done, len(triples))
    if triples:
        endpoint.update(f"MOVE GRAPH <{staging}> TO GRAPH <{target}>")
    else:
        endpoint.update(f"DROP SILENT GRAPH <{target}>")
    return done - start


def _through_store(
    endpoint: Endpoint,
    triples: Sequence[Triple],
    target: str,
    chunk: int,
    tell: Callable[[int, int], None],
) -> int:
    done = 0
    for part in _parts(triples, chunk):
        endpoint.store(_lines(part), target, replace=done == 0)
        done += len(part)
        tell(done, len(triples))
    return done


def _parts(triples: Sequence[Triple], chunk: int) -> Iterator[Sequence[Triple]]:
    for start in range(0, len(triples), chunk):
        yield triples[start : start + chunk]


def _lines(triples: Sequence[Triple]) -> bytes:
    """N-Triples, every character beyond ASCII escaped: some servers guess at the encoding."""
    text = "".join(f"{triple} .\n" for triple in triples)
    return "".join(c if c < "\x7f" else _escaped(c) for c in text).encode("ascii")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


# --------------------------------------------------------------------------- what is there


def _count(endpoint: Endpoint, graph: str) -> int:
    rows = _select(endpoint, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    (row,) = rows
    assert isinstance(row[0], Literal)
    return int(row[0].value)


def _select(endpoint: Endpoint, text: str) -> list[tuple[object, ...]]:
    # Not in the target graph alone: the graphs of other builds are asked about too.
    found = endpoint.query(text, dataset=False)
    if not isinstance(found, QuerySolutions):
        raise EndpointError("answers a SELECT with something else", endpoint.query_url)
    return [tuple(row) for row in found]


def _earlier(
    endpoint: Endpoint, content: Content, target: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remove graphs of earlier builds of our sources; name those of some of them and others."""
    ours = _sources(content)
    if endpoint.query_url is None or not ours:
        return (), ()
    rows = _select(
        endpoint,
        f"SELECT ?g ?source WHERE {{ GRAPH ?g {{ ?source a <{KG.SourceDocument}> }} }}",
    )
    described: dict[str, set[str]] = {}
    for graph, source in rows:
        if isinstance(graph, NamedNode) and isinstance(source, NamedNode):
            described.setdefault(graph.value, set()).add(source.value)
    removed: list[str] = []
    overlapping: list[str] = []
    for graph_iri, sources in sorted(described.items()):
        if graph_iri == target or not sources & ours:
            continue
        # A graph that the user named stays until the user removes it.
        named_by_us = graph_iri.startswith((f"{content.base}graph/of/", f"{target}{STAGING}"))
        if sources <= ours and named_by_us and endpoint.update_url is not None:
            endpoint.update(f"DROP SILENT GRAPH <{graph_iri}>")
            removed.append(graph_iri)
        else:
            overlapping.append(graph_iri)
    return tuple(removed), tuple(overlapping)
