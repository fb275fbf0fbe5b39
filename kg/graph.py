"""The graph as one frozen value, and the doors out of it.

Nothing here imports rdflib, networkx or pyoxigraph until a door is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from kg.model import (
    Assertion,
    Entity,
    Evidence,
    Paper,
    Relation,
    SourceDocument,
    Span,
    Topic,
)

if TYPE_CHECKING:
    from pyvis.network import Network

if TYPE_CHECKING:
    import networkx
    import rdflib
    from pyoxigraph import Literal, NamedNode, Store

    from kg.query import Answer, Value


@dataclass(frozen=True, repr=False)
class Graph:
    """Everything that a build found. Each tuple is sorted by id (assertions by their triple).

    entities: papers, methods, losses, datasets, tasks, metrics and concepts.
    `canonical` gives that order to tuples that were collected in another one.
    """

    entities: tuple[Entity, ...]
    topics: tuple[Topic, ...]
    sources: tuple[SourceDocument, ...]
    assertions: tuple[Assertion, ...]

    @cached_property
    def by_id(self) -> dict[str, Entity]:
        """Entities by their id."""
        return {e.id: e for e in self.entities}

    @property
    def papers(self) -> Iterator[Paper]:
        """The papers among the entities, in their order."""
        return (e for e in self.entities if isinstance(e, Paper))

    def __repr__(self) -> str:
        papers = sum(1 for _ in self.papers)
        others = len(self.entities) - papers
        said = len(self.assertions)
        return f"<kg.Graph: {papers} papers, {others} other entities, {said} assertions>"

    def to_pyvis(self) -> Network:
        """A pyvis Network of the whole graph, positions given, yours to change."""
        from kg.simple_view import to_pyvis

        return to_pyvis(self)

    def _repr_html_(self) -> str:
        """The explorer in a frame: what a notebook shows for a graph."""
        from kg.explorer.page import to_frame

        return to_frame(self)

    @cached_property
    def store(self) -> Store:
        """The graph's triples in a pyoxigraph Store in memory, made when first asked for."""
        from kg.rdf import to_rdf
        from kg.store import memory_store

        return memory_store(to_rdf(self))

    def query(self, text_or_name: str, **parameters: Value | NamedNode | Literal) -> Answer:
        """Answer SPARQL (prefixes are declared), or a named query such as "papers-using-method".

        SELECT gives Rows, CONSTRUCT and DESCRIBE give Triples, ASK gives a bool. A parameter is
        the value of the query's variable of that name.

        Raises:
            QueryError: the query does not parse, or a parameter does not fit.
            NoMatchError: a named query is asked about a name that the graph does not have.
        """
        from kg.query import run

        return run(self.store, text_or_name, parameters)

    def to_rdflib(self) -> rdflib.Graph:
        """The graph for rdflib: a view of `store`, so nothing is copied; prefixes are bound."""
        from kg.store import rdflib_view

        return rdflib_view(self.store)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """The graph for networkx: ids as nodes, assertions as edges (kg.export.network)."""
        from kg.export.network import to_networkx

        return to_networkx(self)

    def canonical(self) -> Graph:
        """The same graph in the one form that is written and read back.

        Tuples are sorted; aliases are sorted, distinct and other than the name; confidences have
        three decimals; an assertion stands once, with the evidence of all its copies and the
        highest of their confidences, and with one evidence a (source, span, rule), the one
        whose mention comes first.
        """
        assertions: dict[tuple[str, Relation, str], Assertion] = {}
        for a in self.assertions:
            triple = (a.subject, a.relation, a.object)
            if twin := assertions.get(triple):
                confidence = max(a.confidence, twin.confidence)
                a = replace(a, evidence=twin.evidence + a.evidence, confidence=confidence)
            assertions[triple] = a
        return Graph(
            tuple(sorted(map(_canonical_entity, self.entities), key=_id)),
            tuple(sorted(self.topics, key=_id)),
            tuple(sorted(map(_canonical_source, self.sources), key=_id)),
            tuple(_canonical_assertion(assertions[triple]) for triple in sorted(assertions)),
        )


def _id(node: Entity | Topic | SourceDocument) -> str:
    return node.id


def _canonical_entity(entity: Entity) -> Entity:
    aliases = tuple(sorted(set(entity.aliases) - {entity.name}))
    return entity if aliases == entity.aliases else replace(entity, aliases=aliases)


def _canonical_source(source: SourceDocument) -> SourceDocument:
    return replace(
        source,
        summarises=tuple(dict.fromkeys(source.summarises)),
        lists=tuple(dict.fromkeys(source.lists)),
    )


def _canonical_assertion(assertion: Assertion) -> Assertion:
    places: dict[tuple[str, Span, str], Evidence] = {}
    for e in sorted(assertion.evidence, key=_place):
        places.setdefault((e.source, e.span, e.rule), e)
    return replace(
        assertion, evidence=tuple(places.values()), confidence=round(float(assertion.confidence), 3)
    )


def _place(e: Evidence) -> tuple[object, ...]:
    return (e.source, e.span, e.rule, e.mention, e.about, e.quote, e.prefix, e.suffix, e.line)
