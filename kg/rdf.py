"""Graph <-> RDF triples, inverses of each other, and the Turtle file that a build writes.

What each triple means stands in ontology/kg.ttl; what a written graph must hold, in
ontology/shapes.ttl. There are no blank nodes, so a set of triples has one canonical order.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import metadata
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import ExportsError
from kg.graph import Graph
from kg.model import (
    PRIOR_WORK,
    Assertion,
    Entity,
    Evidence,
    Identifiers,
    Kind,
    Paper,
    Relation,
    SourceDocument,
    Span,
    Topic,
)
from kg.output import replacing
from kg.vocabulary import (
    BASE,
    DCT,
    KG,
    NAMESPACES,
    OA,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    VOID,
    XSD,
    arxiv_of,
    assertion_id,
    evidence_id,
    extractor_ids,
    item_id,
    prefixes,
)

_TERM = {iri: NamedNode(iri) for terms in NAMESPACES.values() for iri in terms}
_ARXIV_PAGE = "https://arxiv.org/abs/"
_SPDX = "https://spdx.org/licenses/"
_SPDX_ID = re.compile(r"[A-Za-z0-9.+-]+")

Term = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Description:
    """What the graph says of itself: a title, and the (name, version) of what made it."""

    title: str
    software: tuple[tuple[str, str], ...] = ()


def description_of(graph: Graph, pipeline: str | None = None) -> Description:
    """What a build says of its graph: its sources, this package, and the language pipeline.

    `pipeline` is the name of an installed package, or a folder with a meta.json; its version is
    "unknown" where neither says one.
    """
    titles = [source.title or source.path for source in graph.sources]
    what = titles[0] if len(titles) == 1 else f"{len(titles)} sources"
    software = [("paperkg", _version("paperkg"))]
    if pipeline is not None:
        software.append((Path(pipeline).name, _version(pipeline)))
    return Description(f"What is said about papers in {what}", tuple(software))


def _version(name: str) -> str:
    """The version of an installed package, or of a folder with a spaCy pipeline."""
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, ValueError):
        pass  # not a package: it may be a folder
    try:
        return str(json.loads((Path(name) / "meta.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


# --------------------------------------------------------------------------- to RDF


def to_rdf(graph: Graph, *, base: str = BASE, quotes: bool = True) -> Iterator[Triple]:
    """The triples of a graph, each once, in an order that depends on the graph alone.

    A subject's triples follow each other. Without `quotes`, evidence keeps its offsets and
    leaves out oa:exact, oa:prefix and oa:suffix.
    """
    graph = graph.canonical()
    node = _Nodes(base)
    direct = _direct_triples(graph)
    for source in graph.sources:
        yield from _source_triples(source, node)
    for topic in graph.topics:
        yield from _topic_triples(topic, node)
    for entity in graph.entities:
        yield from _entity_triples(entity, node)
        subject = node[entity.id]
        for predicate, object_ in direct.pop(entity.id, ()):
            yield Triple(subject, _TERM[predicate], node[object_])
    for id_, pairs in sorted(direct.items()):
        raise ValueError(f"the subject of {len(pairs)} assertions, {id_}, is not in the graph")
    extractors = extractor_ids(e.rule for a in graph.assertions for e in a.evidence)
    for rule, id_ in sorted(extractors.items()):
        yield Triple(node[id_], _TERM[RDF.type], _TERM[KG.Extractor])
        yield Triple(node[id_], _TERM[RDFS.label], Literal(rule))
    for assertion in graph.assertions:
        yield from _assertion_triples(assertion, node, extractors, quotes)


class _Nodes(dict[str, NamedNode]):
    """Node id -> IRI below the base, made once."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def __missing__(self, id_: str) -> NamedNode:
        self[id_] = made = NamedNode(self.base + id_)
        return made


def _integer(value: int) -> Literal:
    # xsd:integer also for offsets: stores (Oxigraph among them) turn the types below it into it.
    return Literal(str(value), datatype=_TERM[XSD.integer])


def _direct_triples(graph: Graph) -> dict[str, list[tuple[str, str]]]:
    """Subject -> (predicate, object), relations in the order of the model, objects by id."""
    direct: dict[str, list[tuple[str, str]]] = {}
    prior: set[tuple[str, str]] = set()
    order = {relation: i for i, relation in enumerate(Relation)}
    for a in sorted(graph.assertions, key=lambda a: (a.subject, order[a.relation], a.object)):
        pairs = direct.setdefault(a.subject, [])
        if a.relation in PRIOR_WORK and (a.subject, a.object) not in prior:
            prior.add((a.subject, a.object))
            pairs.append((KG.priorWork, a.object))
        pairs.append((KG[a.relation], a.object))
    return direct


def _labels(node: NamedNode, name: str, aliases: Iterable[str] = ()) -> Iterator[Triple]:
    yield Triple(node, _TERM[SKOS.prefLabel], Literal(name))
    yield Triple(node, _TERM[RDFS.label], Literal(name))
    for alias in aliases:
        yield Triple(node, _TERM[SKOS.altLabel], Literal(alias))


def _entity_triples(entity: Entity, nodes: _Nodes) -> Iterator[Triple]:
    node = nodes[entity.id]
    yield Triple(node, _TERM[RDF.type], _TERM[KG[entity.kind]])
    yield from _labels(node, entity.name, entity.aliases)
    if not isinstance(entity, Paper):
        return
    if entity.title is not None:
        yield Triple(node, _TERM[DCT.title], Literal(entity.title))
    if entity.year is not None:
        yield Triple(node, _TERM[KG.year], _integer(entity.year))
    if entity.topic is not None:
        yield Triple(node, _TERM[DCT.subject], nodes[entity.topic])
    known = entity.identifiers
    if known.arxiv is not None:
        yield Triple(node, _TERM[KG.arxivId], Literal(known.arxiv))
    if known.doi is not None:
        yield Triple(node, _TERM[KG.doi], Literal(known.doi))
    if known.url is not None:
        yield Triple(node, _TERM[SCHEMA.url], _iri_or_literal(known.url))
    if arxiv := arxiv_of(known):
        yield Triple(node, _TERM[SCHEMA.sameAs], _iri_or_literal(_ARXIV_PAGE + arxiv))


def _iri_or_literal(text: str) -> Term:
    """An IRI where the text is one; a plain literal where a source gives a broken address."""
    try:
        return NamedNode(text)
    except ValueError:
        return Literal(text)


def _topic_triples(topic: Topic, nodes: _Nodes) -> Iterator[Triple]:
    node = nodes[topic.id]
    yield Triple(node, _TERM[RDF.type], _TERM[SKOS.Concept])
    yield from _labels(node, topic.name)
    if topic.broader is not None:
        yield Triple(node, _TERM[SKOS.broader], nodes[topic.broader])


def _source_triples(source: SourceDocument, nodes: _Nodes) -> Iterator[Triple]:
    node = nodes[source.id]
    yield Triple(node, _TERM[RDF.type], _TERM[KG.SourceDocument])
    yield Triple(node, _TERM[RDFS.label], Literal(source.title or source.path))
    yield Triple(node, _TERM[DCT.identifier], Literal(source.path))
    if source.title is not None:
        yield Triple(node, _TERM[DCT.title], Literal(source.title))
    if source.licence is not None:
        yield Triple(node, *_licence(source.licence))
    places = [
        (property_, paper)
        for property_, papers in ((KG.summarises, source.summarises), (KG.lists, source.lists))
        for paper in papers
    ]
    for property_, paper in places:
        yield Triple(node, _TERM[property_], nodes[paper])
    items = [nodes[item_id(source.id, property_, paper)] for property_, paper in places]
    for item in items:
        yield Triple(node, _TERM[SCHEMA.itemListElement], item)
    for position, (item, (_, paper)) in enumerate(zip(items, places, strict=True), start=1):
        yield Triple(item, _TERM[RDF.type], _TERM[SCHEMA.ListItem])
        yield Triple(item, _TERM[SCHEMA.position], _integer(position))
        yield Triple(item, _TERM[SCHEMA.item], nodes[paper])


def _licence(licence: str) -> tuple[NamedNode, Term]:
    """An SPDX id or an address as the IRI of a licence, anything else as words on rights."""
    if _SPDX_ID.fullmatch(licence):
        return _TERM[DCT.license], NamedNode(_SPDX + licence)
    if licence.startswith(("http://", "https://")):
        term = _iri_or_literal(licence)
        return _TERM[DCT.license if isinstance(term, NamedNode) else DCT.rights], term
    return _TERM[DCT.rights], Literal(licence)


def _assertion_triples(
    assertion: Assertion, nodes: _Nodes, extractors: Mapping[str, str], quotes: bool
) -> Iterator[Triple]:
    id_ = assertion_id(assertion.subject, assertion.relation, assertion.object)
    node = nodes[id_]
    places = [
        nodes[evidence_id(id_, e.source, e.span.start, e.span.end, e.rule)]
        for e in assertion.evidence
    ]
    confidence = Literal(f"{assertion.confidence:.3f}", datatype=_TERM[XSD.decimal])
    yield Triple(node, _TERM[RDF.type], _TERM[KG.Assertion])
    yield Triple(node, _TERM[RDF.subject], nodes[assertion.subject])
    yield Triple(node, _TERM[RDF.predicate], _TERM[KG[assertion.relation]])
    yield Triple(node, _TERM[RDF.object], nodes[assertion.object])
    yield Triple(node, _TERM[KG.confidence], confidence)
    for place in places:
        yield Triple(node, _TERM[KG.evidence], place)
    for place, e in zip(places, assertion.evidence, strict=True):
        yield Triple(place, _TERM[RDF.type], _TERM[KG.Evidence])
        if quotes:
            yield Triple(place, _TERM[OA.exact], Literal(e.quote))
            yield Triple(place, _TERM[OA.prefix], Literal(e.prefix))
            yield Triple(place, _TERM[OA.suffix], Literal(e.suffix))
        yield Triple(place, _TERM[OA.start], _integer(e.span.start))
        yield Triple(place, _TERM[OA.end], _integer(e.span.end))
        yield Triple(place, _TERM[KG.mentionStart], _integer(e.mention.start))
        yield Triple(place, _TERM[KG.mentionEnd], _integer(e.mention.end))
        yield Triple(place, _TERM[KG.line], _integer(e.line))
        yield Triple(place, _TERM[KG.source], nodes[e.source])
        yield Triple(place, _TERM[KG.extractedBy], nodes[extractors[e.rule]])
        yield Triple(place, _TERM[KG.about], nodes[e.about])


def describe(
    graph: Graph, triples: Iterable[Triple], description: Description, *, base: str = BASE
) -> list[Triple]:
    """The triples by which a graph describes itself (VoID): title, licences, software, counts.

    `triples` are what `to_rdf` gives for the graph. The counts are of nodes by class and of
    triples by relation; void:triples counts the description too.
    """
    node = NamedNode(f"{base}graph")
    subjects: set[str] = set()
    of_class: Counter[str] = Counter()
    of_relation: Counter[str] = Counter({KG[a.relation]: 0 for a in graph.assertions})
    given = 0
    for s, p, o in triples:
        given += 1
        subjects.add(str(s))
        if p.value == RDF.type and isinstance(o, NamedNode):
            of_class[o.value] += 1
        elif p.value in of_relation:
            of_relation[p.value] += 1
    head = [
        Triple(node, _TERM[RDF.type], _TERM[VOID.Dataset]),
        Triple(node, _TERM[DCT.title], Literal(description.title)),
        Triple(node, _TERM[VOID.uriSpace], Literal(base)),
        Triple(node, _TERM[VOID.vocabulary], NamedNode(KG.iri)),
        Triple(node, _TERM[VOID.entities], _integer(len(subjects))),
    ]
    licences = {s.licence for s in graph.sources if s.licence is not None}
    head += (Triple(node, *_licence(licence)) for licence in sorted(licences))
    head += (Triple(node, _TERM[DCT.source], NamedNode(base + s.id)) for s in graph.sources)
    parts: list[Triple] = []
    agents = extractor_ids(name for name, _ in description.software)
    for name, version in sorted(description.software):
        agent = NamedNode(f"{base}graph/{agents[name].replace('extractor', 'software', 1)}")
        head.append(Triple(node, _TERM[PROV.wasAttributedTo], agent))
        parts.append(Triple(agent, _TERM[RDF.type], _TERM[PROV.SoftwareAgent]))
        parts.append(Triple(agent, _TERM[RDFS.label], Literal(name)))
        parts.append(Triple(agent, _TERM[SCHEMA.softwareVersion], Literal(version)))
    for link, of, unit, counts in (
        (VOID.classPartition, VOID["class"], VOID.entities, of_class),
        (VOID.propertyPartition, VOID.property, VOID.triples, of_relation),
    ):
        for name, iri in sorted((iri.rpartition("/")[2].rpartition("#")[2], iri) for iri in counts):
            prefix = "topic-" if iri == SKOS.Concept else ""  # kg:Concept has the same name
            part = NamedNode(f"{base}graph/{prefix}{name}")
            head.append(Triple(node, _TERM[link], part))
            parts.append(Triple(part, _TERM[RDF.type], _TERM[VOID.Dataset]))
            parts.append(Triple(part, _TERM[of], NamedNode(iri)))
            parts.append(Triple(part, _TERM[unit], _integer(counts[iri])))
    count = _integer(given + len(head) + 1 + len(parts))
    return [*head, Triple(node, _TERM[VOID.triples], count), *parts]


# --------------------------------------------------------------------------- from RDF


class _Index:
    """Subject -> predicate -> objects, with the checks that reading needs."""

    def __init__(self, triples: Iterable[Triple], base: str | None) -> None:
        self.of: defaultdict[str, defaultdict[str, list[Term]]]
        self.of = defaultdict(lambda: defaultdict(list))
        self.typed: defaultdict[str, list[str]] = defaultdict(list)
        for s, p, o in triples:
            if not isinstance(s, NamedNode) or not isinstance(o, NamedNode | Literal):
                continue  # a blank node or a triple term is never ours
            self.of[s.value][p.value].append(o)
            if p.value == RDF.type:
                self.typed[o.value].append(s.value)
        self.base = base or _one_base(
            o.value for p in self.of.values() for o in p.get(VOID.uriSpace, ())
        )

    def id(self, iri: str) -> str:
        if not iri.startswith(self.base):
            raise ExportsError(f"<{iri}> is not below the base {self.base}")
        return iri.removeprefix(self.base)

    def all(self, subject: str, predicate: str) -> list[str]:
        """The values of a property, sorted."""
        predicates = self.of.get(subject)
        return sorted(o.value for o in predicates.get(predicate, ())) if predicates else []

    def one(self, subject: str, predicate: str) -> str | None:
        values = self.all(subject, predicate)
        if len(values) > 1:
            raise ExportsError(f"<{subject}> has {len(values)} values of <{predicate}>, not one")
        return values[0] if values else None

    def need(self, subject: str, predicate: str) -> str:
        value = self.one(subject, predicate)
        if value is None:
            raise ExportsError(f"<{subject}> has no <{predicate}>")
        return value

    def whole(self, subject: str, predicate: str) -> int:
        value = self.need(subject, predicate)
        try:
            return int(value)
        except ValueError:
            raise ExportsError(
                f"<{subject}> has {value!r} as <{predicate}>, not a number"
            ) from None

    def one_id(self, subject: str, predicate: str) -> str | None:
        value = self.one(subject, predicate)
        return None if value is None else self.id(value)


def base_in(triples: Iterable[Triple]) -> str:
    """The base that a graph names (void:uriSpace), else BASE.

    Raises:
        ExportsError: it names more than one.
    """
    return _one_base(o.value for _, p, o in triples
                     if p.value == VOID.uriSpace and isinstance(o, Literal))  # fmt: skip


def _one_base(named: Iterable[str]) -> str:
    bases = sorted(set(named))
    if len(bases) > 1:
        raise ExportsError(f"the graph names {len(bases)} bases ({', '.join(bases)})")
    return bases[0] if bases else BASE


def from_rdf(triples: Iterable[Triple], *, base: str | None = None) -> Graph:
    """The graph of these triples, in canonical form; triples of other vocabularies are ignored.

    from_rdf(to_rdf(graph)) == graph.canonical(). `base` is what the graph says of itself
    (void:uriSpace) unless it is given. Evidence without oa:exact has the empty quote.

    Raises:
        ExportsError: a node lacks what the vocabulary promises, or lies outside the base.
    """
    index = _Index(triples, base)
    return Graph(
        tuple(
            _read_entity(index, iri, kind) for kind in Kind for iri in index.typed.get(KG[kind], ())
        ),
        tuple(
            Topic(
                index.id(iri),
                index.need(iri, SKOS.prefLabel),
                index.one_id(iri, SKOS.broader),
            )
            for iri in index.typed.get(SKOS.Concept, ())
        ),
        tuple(_read_source(index, iri) for iri in index.typed.get(KG.SourceDocument, ())),
        tuple(_read_assertion(index, iri) for iri in index.typed.get(KG.Assertion, ())),
    ).canonical()


def _read_entity(index: _Index, iri: str, kind: Kind) -> Entity:
    id_ = index.id(iri)
    name = index.need(iri, SKOS.prefLabel)
    aliases = tuple(index.all(iri, SKOS.altLabel))
    if kind is not Kind.PAPER:
        return Entity(id_, kind, name, aliases)
    year = index.whole(iri, KG.year) if index.all(iri, KG.year) else None
    return Paper(
        id_,
        kind,
        name,
        aliases,
        title=index.one(iri, DCT.title),
        identifiers=Identifiers(
            index.one(iri, KG.arxivId), index.one(iri, KG.doi), index.one(iri, SCHEMA.url)
        ),
        year=year,
        topic=index.one_id(iri, DCT.subject),
    )


def _read_source(index: _Index, iri: str) -> SourceDocument:
    id_ = index.id(iri)
    position = {item: index.whole(item, SCHEMA.position)
                for item in index.all(iri, SCHEMA.itemListElement)}  # fmt: skip

    def papers(property_: str) -> tuple[str, ...]:
        ids = [index.id(o) for o in index.all(iri, property_)]
        last = len(position) + 1  # a paper without a place comes after those that have one
        place = {p: position.get(index.base + item_id(id_, property_, p), last) for p in ids}
        return tuple(sorted(ids, key=lambda p: (place[p], p)))

    licence = index.one(iri, DCT.license)
    if licence is None:
        licence = index.one(iri, DCT.rights)
    elif _SPDX_ID.fullmatch(licence.removeprefix(_SPDX)):
        licence = licence.removeprefix(_SPDX)
    return SourceDocument(
        id_,
        index.need(iri, DCT.identifier),
        index.one(iri, DCT.title),
        licence,
        papers(KG.summarises),
        papers(KG.lists),
    )


def _read_assertion(index: _Index, iri: str) -> Assertion:
    predicate = index.need(iri, RDF.predicate)
    try:
        relation = Relation(predicate.removeprefix(KG.iri))
    except ValueError:
        raise ExportsError(f"<{iri}> asserts the unknown relation <{predicate}>") from None
    confidence = index.need(iri, KG.confidence)
    try:
        value = float(Decimal(confidence))
    except ArithmeticError:
        raise ExportsError(f"<{iri}> has {confidence!r} as confidence, not a number") from None
    places = index.all(iri, KG.evidence)
    if not places:
        raise ExportsError(f"<{iri}> has no evidence")
    return Assertion(
        index.id(index.need(iri, RDF.subject)),
        relation,
        index.id(index.need(iri, RDF.object)),
        tuple(_read_evidence(index, place) for place in places),
        value,
    )


def _read_evidence(index: _Index, iri: str) -> Evidence:
    return Evidence(
        source=index.id(index.need(iri, KG.source)),
        span=Span(index.whole(iri, OA.start), index.whole(iri, OA.end)),
        mention=Span(index.whole(iri, KG.mentionStart), index.whole(iri, KG.mentionEnd)),
        quote=index.one(iri, OA.exact) or "",
        prefix=index.one(iri, OA.prefix) or "",
        suffix=index.one(iri, OA.suffix) or "",
        line=index.whole(iri, KG.line),
        rule=index.need(index.need(iri, KG.extractedBy), RDFS.label),
        about=index.id(index.need(iri, KG.about)),
    )


# --------------------------------------------------------------------------- Turtle


def described(
    graph: Graph,
    description: Description | None = None,
    *,
    base: str = BASE,
    quotes: bool = True,
) -> list[Triple]:
    """All triples of a written graph: its description of itself (if one is given), then to_rdf."""
    triples = list(to_rdf(graph, base=base, quotes=quotes))
    if description is None:
        return triples
    return [*describe(graph, triples, description, base=base), *triples]


def write_turtle(
    graph: Graph,
    path: Path,
    *,
    description: Description | None = None,
    base: str = BASE,
    quotes: bool = True,
) -> None:
    """Write the graph as Turtle: the same graph gives the same bytes.

    Raises:
        OSError: the file cannot be written.
    """
    triples = described(graph, description, base=base, quotes=quotes)
    with replacing(path) as temporary:
        serialize(triples, temporary, RdfFormat.TURTLE, prefixes=prefixes(base))


def read_turtle(path: Path) -> Graph:
    """The graph in a Turtle file that a build wrote.

    Raises:
        ExportsError: the file is missing, is not Turtle, or holds no such graph.
    """
    return from_rdf(read_triples(path))


def read_triples(path: Path) -> Iterator[Triple]:
    """The triples of a Turtle file.

    Raises:
        ExportsError: the file is missing or is not Turtle (the place has the line).
    """
    try:
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            yield quad.triple
    except SyntaxError as error:
        place = f"{path}:{error.lineno}" if error.lineno else str(path)
        raise ExportsError(f"not Turtle: {error.msg}", place) from error
    except OSError as error:
        raise ExportsError(f"cannot be read: {error.strerror or error}", str(path)) from error
