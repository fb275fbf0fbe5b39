"""What there is to export: a graph, and the RDF it was read from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import Triple

from kg.graph import Graph
from kg.rdf import base_in, from_rdf, read_triples
from kg.store import turtle_file


@dataclass(frozen=True)
class Content:
    """The triples of a written graph, its description of itself among them, and their base."""

    triples: tuple[Triple, ...]

    @cached_property
    def base(self) -> str:
        """The IRI below which the nodes are."""
        return base_in(self.triples)

    @cached_property
    def graph(self) -> Graph:
        """The triples as a Graph.

        Raises:
            ExportsError: they are not those of a graph that a build wrote.
        """
        return from_rdf(self.triples)


def read_content(path: Path) -> Content:
    """What stands in a Turtle file, or in graph.ttl of a folder.

    Raises:
        ExportsError: it is not there, or is not Turtle.
    """
    return content_of(read_triples(turtle_file(path)))


def content_of(triples: Iterable[Triple]) -> Content:
    """These triples, in their order."""
    return Content(tuple(triples))
