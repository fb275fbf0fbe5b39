"""The graph for property-graph databases: CSV in the layout of neo4j-admin import, and Cypher.

Both hold all of it: papers, entities, topics, sources and evidence are nodes, assertions are
relationships with the id of the assertion, by which evidence names them.

An empty CSV field is a missing value, so a title or quotation that is the empty text is lost.
Names in a list are separated by ";" (one inside a name becomes ","). A quotation may hold a
line break: import with --multiline-fields=true.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.export.content import Content
from kg.export.folder import write_folder
from kg.graph import Graph
from kg.model import Entity, Kind, Paper
from kg.output import write_text
from kg.vocabulary import assertion_id, evidence_id

Value = str | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a property graph."""

    id: str
    label: str
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship of a property graph; `start` and `end` are (label, id)."""

    start: tuple[str, str]
    type: str
    end: tuple[str, str]
    properties: Mapping[str, Value] = field(default_factory=dict)


def nodes(graph: Graph, base: str) -> Iterator[Node]:
    """Papers, entities, topics, sources, evidence; missing values are left out."""
    for entity in graph.entities:
        yield _node(entity.id, str(entity.kind), _properties(entity), base)
    for topic in graph.topics:
        yield _node(topic.id, "Topic", {"name": topic.name}, base)
    for source in graph.sources:
        yield _node(
            source.id,
            "Source",
            {
                "name": source.title or source.path,
                "path": source.path,
                "title": source.title,
                "licence": source.licence,
            },
            base,
        )
    for a in graph.assertions:
        stated = assertion_id(a.subject, a.relation, a.object)
        for e in a.evidence:
            yield _node(
                evidence_id(stated, e.source, e.span.start, e.span.end, e.rule),
                "Evidence",
                {
                    "assertion": stated,
                    "quote": e.quote,
                    "prefix": e.prefix,
                    "suffix": e.suffix,
                    "sentenceStart": e.span.start,
                    "sentenceEnd": e.span.end,
                    "mentionStart": e.mention.start,
                    "mentionEnd": e.mention.end,
                    "line": e.line,
                    "rule": e.rule,
                },
                base,
            )


def _node(id_: str, label: str, properties: Mapping[str, Value | None], base: str) -> Node:
    given = {"iri": base + id_, **properties}
    return Node(id_, label, {k: v for k, v in given.items() if v is not None and v != ()})


def _properties(entity: Entity) -> dict[str, Value | None]:
    found: dict[str, Value | None] = {"name": entity.name, "aliases": entity.aliases}
    if isinstance(entity, Paper):
        found |= {
            "title": entity.title,
            "year": entity.year,
            "arxiv": entity.identifiers.arxiv,
            "doi": entity.identifiers.doi,
            "url": entity.identifiers.url,
        }
    return found


def relationships(graph: Graph) -> Iterator[Relationship]:
    """Assertions (USES_LOSS ...), IN_TOPIC, BROADER, SUMMARISES, LISTS, FROM, ABOUT."""
    ends = {e.id: (str(e.kind), e.id) for e in graph.entities}
    for paper in graph.papers:
        if paper.topic is not None:
            yield Relationship(ends[paper.id], "IN_TOPIC", ("Topic", paper.topic))
    for topic in graph.topics:
        if topic.broader is not None:
            yield Relationship(("Topic", topic.id), "BROADER", ("Topic", topic.broader))
    for source in graph.sources:
        for type_, papers in (("SUMMARISES", source.summarises), ("LISTS", source.lists)):
            for position, id_ in enumerate(papers, start=1):
                yield Relationship(
                    ("Source", source.id), type_, ends.get(id_, (str(Kind.PAPER), id_)),
                    {"position": position},
                )  # fmt: skip
    for a in graph.assertions:
        stated = assertion_id(a.subject, a.relation, a.object)
        yield Relationship(
            ends[a.subject],
            re.sub(r"(?=[A-Z])", "_", a.relation).upper(),
            ends[a.object],
            {"id": stated, "confidence": a.confidence},
        )
        for e in a.evidence:
            place = (
                "Evidence",
                evidence_id(stated, e.source, e.span.start, e.span.end, e.rule),
            )
            yield Relationship(place, "FROM", ("Source", e.source))
            yield Relationship(place, "ABOUT", ends.get(e.about, (str(Kind.PAPER), e.about)))


# --------------------------------------------------------------------------- CSV

_TYPES = {
    "aliases": "string[]",
    "year": "int",
    "confidence": "double",
    "position": "int",
    "sentenceStart": "int",
    "sentenceEnd": "int",
    "mentionStart": "int",
    "mentionEnd": "int",
    "line": "int",
}
_NODE_COLUMNS = (
    "name",
    "aliases",
    "title",
    "year",
    "arxiv",
    "doi",
    "url",
    "path",
    "licence",
    "iri",
)
_EVIDENCE_COLUMNS = (
    "assertion", "quote", "prefix", "suffix", "sentenceStart", "sentenceEnd",
    "mentionStart", "mentionEnd", "line", "rule", "iri",
)  # fmt: skip
_RELATIONSHIP_COLUMNS = ("id", "confidence", "position")


def write_csv(content: Content, folder: Path) -> None:
    """Write nodes.csv, evidence.csv and relationships.csv for neo4j-admin import.

    Raises:
        ExportsError: the folder holds other files of these names.
        OSError: the folder cannot be written.
    """
    graph = content.graph
    things: list[Sequence[str]] = []
    places: list[Sequence[str]] = []
    for node in nodes(graph, content.base):
        columns = _EVIDENCE_COLUMNS if node.label == "Evidence" else _NODE_COLUMNS
        rows = places if node.label == "Evidence" else things
        rows.append([node.id, node.label, *(_field(node.properties.get(c)) for c in columns)])
    links: list[Sequence[str]] = []
    for r in relationships(graph):
        fields = (_field(r.properties.get(c)) for c in _RELATIONSHIP_COLUMNS)
        links.append([r.start[1], r.end[1], r.type, *fields])
    ends = (":START_ID", ":END_ID", ":TYPE")
    write_folder(
        folder,
        {
            "nodes.csv": _csv(["id:ID", ":LABEL", *_typed(_NODE_COLUMNS)], things),
            "evidence.csv": _csv(["id:ID", ":LABEL", *_typed(_EVIDENCE_COLUMNS)], places),
            "relationships.csv": _csv([*ends, *_typed(_RELATIONSHIP_COLUMNS)], links),
        },
    )


def _typed(columns: Iterable[str]) -> Iterator[str]:
    return (f"{c}:{_TYPES[c]}" if c in _TYPES else c for c in columns)


def _field(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(name.replace(";", ",") for name in value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")  # so that a lone CR is quoted too
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


# --------------------------------------------------------------------------- Cypher


def write_cypher(content: Content, path: Path) -> None:
    """Write one Cypher statement a line; running the file again changes nothing.

    The first lines declare a constraint for each label, which makes the rest fast.

    Raises:
        OSError: the file cannot be written.
    """
    graph = content.graph
    made = list(nodes(graph, content.base))
    lines = [
        f"CREATE CONSTRAINT kg_{label.lower()} IF NOT EXISTS "
        f"FOR (n:{label}) REQUIRE n.id IS UNIQUE;"
        for label in sorted({node.label for node in made})
    ]
    for node in made:
        lines.append(
            f"MERGE (n:{node.label} {{id: {_cypher(node.id)}}})"
            f"{_assignments('n', node.properties)};"
        )
    for r in relationships(graph):
        key = f" {{id: {_cypher(r.properties['id'])}}}" if "id" in r.properties else ""
        rest = {name: value for name, value in r.properties.items() if name != "id"}
        lines.append(
            f"MATCH (a:{r.start[0]} {{id: {_cypher(r.start[1])}}}), "
            f"(b:{r.end[0]} {{id: {_cypher(r.end[1])}}}) "
            f"MERGE (a)-[r:{r.type}{key}]->(b){_assignments('r', rest)};"
        )
    write_text(path, "\n".join([*lines, ""]))


def _assignments(variable: str, properties: Mapping[str, Value]) -> str:
    parts = [f"{variable}.{name} = {_cypher(value)}" for name, value in properties.items()]
    return f" SET {', '.join(parts)}" if parts else ""


def _cypher(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_cypher, value))}]"
    if isinstance(value, str):
        # The escapes of JSON are escapes of Cypher; line ends beyond ASCII are escaped too.
        return re.sub(
            "[\x7f-\x9f\u2028\u2029]",
            lambda match: f"\\u{ord(match[0]):04x}",
            json.dumps(value, ensure_ascii=False),
        )
    return f"{value:.3f}" if isinstance(value, float) else str(value)
