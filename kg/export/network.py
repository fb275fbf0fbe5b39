"""The graph as a networkx MultiDiGraph, and as GraphML and GEXF for Gephi and Cytoscape.

Nodes are papers and entities, edges are assertions. Of an assertion's evidence an edge shows the
first; topics and sources are attributes, not nodes. That, and nothing else, is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import networkx as nx

from kg.export.xml_text import NOT_XML
from kg.graph import Graph
from kg.model import Assertion, Entity, Paper
from kg.output import replacing
from kg.vocabulary import BASE, assertion_id, relation_label

Attributes = dict[str, str | int | float]


def to_networkx(graph: Graph, *, base: str = BASE) -> nx.MultiDiGraph[str]:
    """The graph with node ids as nodes and assertion ids as edge keys.

    Node attributes: label, kind, iri, and where there are any aliases (joined by " | "), title,
    year, arxiv, doi, url, topic. Edge attributes: label and relation, confidence, quote, source,
    line, rule, places (how many occurrences there are). Missing values are left out.
    """
    graph = graph.canonical()
    topics = {topic.id: topic.name for topic in graph.topics}
    paths = {source.id: source.path for source in graph.sources}
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for entity in graph.entities:
        network.add_node(entity.id, **node_attributes(entity, topics, base))
    for a in graph.assertions:
        key = assertion_id(a.subject, a.relation, a.object)
        network.add_edge(a.subject, a.object, key=key, **edge_attributes(a, paths))
    return network


def node_attributes(entity: Entity, topics: Mapping[str, str], base: str) -> Attributes:
    """What a node shows; `topics` gives the name of each topic id."""
    found: dict[str, str | int | None] = {
        "label": entity.name,
        "kind": str(entity.kind),
        "iri": base + entity.id,
        "aliases": " | ".join(entity.aliases) or None,
    }
    if isinstance(entity, Paper):
        found |= {
            "title": entity.title,
            "year": entity.year,
            "arxiv": entity.identifiers.arxiv,
            "doi": entity.identifiers.doi,
            "url": entity.identifiers.url,
            "topic": None if entity.topic is None else topics.get(entity.topic, entity.topic),
        }
    return {key: value for key, value in found.items() if value is not None}


def edge_attributes(assertion: Assertion, paths: Mapping[str, str]) -> Attributes:
    """What an edge shows; `paths` gives the path of each source id."""
    first = assertion.evidence[0]
    return {
        "label": relation_label(assertion.relation),
        "relation": str(assertion.relation),
        "confidence": assertion.confidence,
        "quote": first.quote,
        "source": paths.get(first.source, first.source),
        "line": first.line,
        "rule": first.rule,
        "places": len(assertion.evidence),
    }


def write_graphml(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write GraphML: the same graph gives the same bytes.

    Characters that XML cannot hold become U+FFFD.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as temporary:
        # Not write_graphml: that takes lxml where it is installed, which writes other bytes.
        nx.write_graphml_xml(_for_xml(to_networkx(graph, base=base)), temporary)


def write_gexf(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write GEXF 1.2; otherwise as `write_graphml`.

    Raises:
        OSError: the file cannot be written.
    """
    network = _for_xml(to_networkx(graph, base=base))
    lines = nx.generate_gexf(network, version="1.2draft")
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines, ""])
    with replacing(path) as temporary:
        # networkx stamps the day of writing; the same graph must give the same bytes.
        undated = re.sub(r' lastmodifieddate="[0-9-]+"', "", text, count=1)
        temporary.write_text(undated, encoding="utf-8", newline="")


def _for_xml(network: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    for _, attributes in network.nodes(data=True):
        _clean(attributes)
    for _, _, attributes in network.edges(data=True):
        _clean(attributes)
    return network


def _clean(attributes: dict[str, object]) -> None:
    for key, value in attributes.items():
        if isinstance(value, str):
            attributes[key] = NOT_XML.sub("\ufffd", value)
