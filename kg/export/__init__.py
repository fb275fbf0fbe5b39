"""The graph in other formats: one table from format to writer, one module a family of formats.

The table feeds the command line's --format. What a format drops stands in its `drops`, and in
full in the module that writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.export.content import Content


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a graph: `ending` of the file ("" for a folder), and what is not kept."""

    about: str
    ending: str
    drops: str
    write: Callable[[Content, Path], None]


def _rdf(name: str) -> Callable[[Content, Path], None]:
    def write(content: Content, path: Path) -> None:
        from pyoxigraph import RdfFormat

        from kg.export.rdf_formats import rdf_writer

        rdf_format = RdfFormat.from_extension(name)
        assert rdf_format is not None  # the names below are all ones that pyoxigraph knows
        rdf_writer(rdf_format)(content, path)

    return write


def _graphml(content: Content, path: Path) -> None:
    from kg.export.network import write_graphml

    write_graphml(content.graph, path, base=content.base)


def _gexf(content: Content, path: Path) -> None:
    from kg.export.network import write_gexf

    write_gexf(content.graph, path, base=content.base)


def _csv(content: Content, path: Path) -> None:
    from kg.export.tables import write_csv

    write_csv(content, path)


def _cypher(content: Content, path: Path) -> None:
    from kg.export.tables import write_cypher

    write_cypher(content, path)


def _bibtex(content: Content, path: Path) -> None:
    from kg.export.bibtex import write_bibtex

    write_bibtex(content, path)


def _obsidian(content: Content, path: Path) -> None:
    from kg.export.obsidian import write_obsidian

    write_obsidian(content, path)


_NETWORK_DROPS = "all but the first place of an assertion; topics and sources as nodes; offsets"

FORMATS: Mapping[str, Format] = {
    "ttl": Format("Turtle", ".ttl", "", _rdf("ttl")),
    "nt": Format("N-Triples", ".nt", "", _rdf("nt")),
    "nq": Format("N-Quads, in the graph <base>graph", ".nq", "", _rdf("nq")),
    "trig": Format("TriG, in the graph <base>graph", ".trig", "", _rdf("trig")),
    "rdfxml": Format("RDF/XML", ".rdf", "control characters", _rdf("rdf")),
    "jsonld": Format("JSON-LD, expanded", ".jsonld", "", _rdf("jsonld")),
    "graphml": Format("GraphML for Gephi and Cytoscape", ".graphml", _NETWORK_DROPS, _graphml),
    "gexf": Format("GEXF 1.2 for Gephi", ".gexf", _NETWORK_DROPS, _gexf),
    "csv": Format("a folder of CSV for neo4j-admin import", "", "empty texts; ; in names", _csv),
    "cypher": Format("Cypher statements", ".cypher", "", _cypher),
    "bibtex": Format("BibTeX of the papers", ".bib", "all but bibliographic data", _bibtex),
    "obsidian": Format("a folder of linked notes", "", "offsets; texts around quotes", _obsidian),
}
"""Format -> how to write it."""
