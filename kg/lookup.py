"""Finding a node by its name, what is said about it, and how two nodes hang together.

All of it is asked in SPARQL, so a store on disk, a small graph in memory and an endpoint answer
alike, and nothing is loaded that is not shown.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Store

from kg.errors import NoMatchError
from kg.model import Kind, Relation
from kg.query import Rows, Value, base_for, iri_of, run_query
from kg.vocabulary import FOLDERS, INVERSES, KG, SKOS, relation_label, slug

if TYPE_CHECKING:
    from kg.endpoint import Endpoint

NODE_CLASSES = (*(KG[kind] for kind in Kind), SKOS.Concept, KG.SourceDocument)
"""The classes of nodes that have a name."""

CLOSE = 88
"""How alike (0 to 100) a name must be to stand for a misspelt one."""


@dataclass(frozen=True, slots=True)
class Match:
    """A node that a name may mean.

    `how` is "iri", "identifier", "name", "alias" (any other label), or "close" where the name
    is misspelt. `kind` is a value of `Kind`, "Topic" or "Source".
    """

    iri: str
    name: str
    kind: str
    how: str


_HOW = ("iri", "identifier", "name", "alias", "close")


def find(
    engine: Store | Endpoint,
    name: str,
    *,
    classes: Sequence[str] = NODE_CLASSES,
    base: str | None = None,
) -> list[Match]:
    """The nodes that a name means, the best first; never empty.

    `name` is an IRI ("method:adain", "method/adain" and the whole IRI are one), an arXiv id or
    DOI, or a label; case, spaces and punctuation do not matter. Where no label is the name, the
    nearest ones that differ by a typing error are taken; another number is another thing.

    Raises:
        NoMatchError: nothing has the name (suggestions are the nearest labels).
    """
    base = base or base_for(engine)
    if matches := _by_iri(engine, name, classes, base):
        return matches
    wanted = _key(name)
    found: dict[str, Match] = {}
    labels: list[tuple[str, Match]] = []
    for iri, label, property_, class_, preferred in _labels(engine, classes, base):
        how = {"arxivId": "identifier", "doi": "identifier", "prefLabel": "name"}.get(
            property_, "alias"
        )
        match = Match(iri, preferred, _kind(class_), how)
        labels.append((label, match))
        if label.casefold() == name.casefold() or (wanted and _key(label) == wanted):
            known = found.get(iri)
            if known is None or _HOW.index(how) < _HOW.index(known.how):
                found[iri] = match
    if not found:
        return _misspelt(name, labels)
    exact = {m.iri for label, m in labels if label == name}
    kinds = [*map(str, Kind), "Topic", "Source"]
    return sorted(
        found.values(),
        key=lambda m: (_HOW.index(m.how), m.iri not in exact, kinds.index(m.kind), m.iri),
    )


_CALLED = "SELECT ?node ?class WHERE { ?node skos:prefLabel ?name ; a ?class }"


def find_node(
    engine: Store | Endpoint,
    name: str,
    *,
    classes: Sequence[str] = NODE_CLASSES,
    base: str | None = None,
) -> str:
    """The IRI of the one node that a name means; the best one where it means several.

    A misspelt name is not guessed here: what is computed from it would be silently wrong. A name
    that is a preferred label letter by letter is found in the index, without a look at the rest.

    Raises:
        NoMatchError: nothing has the name (suggestions are the nearest labels).
    """
    base = base or base_for(engine)
    rows = _rows(engine, _CALLED, {"name": Literal(name)}, base)
    called = [(classes.index(str(c)), str(node)) for node, c in rows if c in classes]
    if called:
        return min(called)[1]
    best = find(engine, name, classes=classes, base=base)[0]
    if best.how == "close":
        raise NoMatchError(
            f"nothing in the graph is called {name!r} (did you mean {best.name}?)",
            suggestions=(best.name,),
        )
    return best.iri


def _key(label: str) -> str:
    """What is left of a label when case, spaces and punctuation do not matter."""
    return slug(label).replace("-", "")


def _by_iri(engine: Store | Endpoint, text: str, classes: Sequence[str], base: str) -> list[Match]:
    iri = iri_of(text, base)
    if iri is None and re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/\S+", text):
        iri = iri_of(base + text, base)
    if iri is None:
        return []
    rows = _rows(
        engine,
        "SELECT ?class (SAMPLE(?text) AS ?label) WHERE { ?node a ?class . "
        "OPTIONAL { ?node rdfs:label ?text } } GROUP BY ?class ORDER BY ?class",
        {"node": iri},
        base,
    )
    return [
        Match(iri.value, _text(label) or iri.value, _kind(_text(class_)), "iri")
        for class_, label in rows
        if class_ in classes
    ]


_NAMED = """
SELECT ?node ?property ?label WHERE {
  VALUES ?property { skos:prefLabel skos:altLabel dct:title kg:arxivId kg:doi dct:identifier }
  ?node ?property ?label
}
"""
_TYPED = "SELECT ?node ?class WHERE { VALUES ?class { %s } ?node a ?class }"


def _labels(
    engine: Store | Endpoint, classes: Sequence[str], base: str
) -> Iterator[tuple[str, str, str, str, str]]:
    """(node, label, property, class, name of the node) for every label of these classes.

    Two plain scans that are joined here: an engine's own join of them takes ten times as long.
    """
    text = _TYPED % " ".join(f"<{class_}>" for class_ in classes)
    class_of = {str(node): str(class_) for node, class_ in _rows(engine, text, {}, base)}
    rows = sorted(
        (str(node), _local(str(property_)), str(label))
        for node, property_, label in _rows(engine, _NAMED, {}, base)
        if node in class_of
    )
    name_of: dict[str, str] = {}
    for wanted in ("prefLabel", "title", "identifier"):  # a source has a title or a path
        for node, property_, label in rows:
            if property_ == wanted:
                name_of.setdefault(node, label)
    for node, property_, label in rows:
        yield node, label, property_, class_of[node], name_of.get(node, node)


def _misspelt(name: str, labels: Iterable[tuple[str, Match]]) -> list[Match]:
    from rapidfuzz import fuzz, process, utils

    labels = list(labels)
    near = process.extract(
        name, [label for label, _ in labels], scorer=fuzz.ratio,
        processor=utils.default_process, limit=12,
    )  # fmt: skip
    ranked = [(score, *labels[index]) for _, score, index in near]
    digits = re.findall(r"\d+", name)
    close: dict[str, Match] = {}
    for score, label, match in ranked:
        if score >= CLOSE and re.findall(r"\d+", label) == digits:
            close.setdefault(match.iri, Match(match.iri, match.name, match.kind, "close"))
    if close:
        return list(close.values())
    # For suggestions a part of the name counts too: "BiFPN layer", "StarGAN".
    parts = process.extract(
        name, [label for label, _ in labels], scorer=fuzz.WRatio,
        processor=utils.default_process, limit=5, score_cutoff=60,
    )  # fmt: skip
    suggestions = tuple(dict.fromkeys(label for label, _, _ in parts))
    hint = f" (did you mean {' or '.join(suggestions[:3])}?)" if suggestions else ""
    raise NoMatchError(f"nothing in the graph is called {name!r}{hint}", suggestions=suggestions)


# --------------------------------------------------------------------------- what is said


@dataclass(frozen=True, slots=True)
class Sentence:
    """A place that says it; `quote` is "" in a graph written without quotations."""

    quote: str
    source: str
    line: int
    rule: str


@dataclass(frozen=True, slots=True)
class Related:
    """The other end of a relation, how sure the assertion is, and where it is said."""

    iri: str
    name: str
    kind: str
    confidence: float
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Relations:
    """All of one relation from a node, or to it; `label` is how it reads from the node."""

    relation: Relation
    label: str
    outgoing: bool
    others: tuple[Related, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """What the graph says about one node."""

    iri: str
    kind: str
    name: str
    aliases: tuple[str, ...]
    title: str | None
    year: int | None
    identifiers: tuple[str, ...]
    url: str | None
    topic: str | None
    sources: tuple[str, ...]
    relations: tuple[Relations, ...]


_FACTS = """
SELECT ?property ?value WHERE {
  { ?node ?property ?value
    FILTER (?property IN (rdf:type, rdfs:label, skos:altLabel, dct:title, kg:year, kg:arxivId,
                          kg:doi, schema:url)) }
  UNION { ?node dct:subject/skos:prefLabel ?value BIND (dct:subject AS ?property) }
  UNION { { ?source kg:summarises ?node } UNION { ?source kg:lists ?node }
          ?source dct:identifier ?value BIND (dct:source AS ?property) }
} ORDER BY ?property ?value
"""

_SAID = """
SELECT ?outgoing ?relation ?other ?name ?class ?confidence ?quote ?path ?line ?rule WHERE {
  { ?assertion rdf:subject ?node ; rdf:object ?other . BIND (true AS ?outgoing) }
  UNION { ?assertion rdf:object ?node ; rdf:subject ?other . BIND (false AS ?outgoing) }
  ?assertion rdf:predicate ?relation ; kg:confidence ?confidence ; kg:evidence ?place .
  ?other a ?class ; rdfs:label ?name .
  ?place kg:line ?line ; kg:source/dct:identifier ?path ; kg:extractedBy/rdfs:label ?rule .
  OPTIONAL { ?place oa:exact ?quote }
} ORDER BY ?path ?line ?rule
"""


def details(engine: Store | Endpoint, iri: str, *, base: str | None = None) -> Details:
    """What the graph says about the node with this IRI (see `find`).

    Relations come in the order of the model, outgoing first; the others of each by confidence,
    highest first; sentences in the order of their sources.

    Raises:
        NoMatchError: the graph has no such node.
    """
    base = base or base_for(engine)
    node = NamedNode(iri)
    facts: defaultdict[str, list[str]] = defaultdict(list)
    for property_, value in _rows(engine, _FACTS, {"node": node}, base):
        facts[_local(str(property_))].append(str(value))
    if not facts["type"]:
        raise NoMatchError(f"the graph has no node <{iri}>")
    seen: defaultdict[tuple[bool, str], dict[str, list[tuple[Value | None, ...]]]]
    seen = defaultdict(lambda: defaultdict(list))
    for outgoing, relation, other, *rest in _rows(engine, _SAID, {"node": node}, base):
        seen[bool(outgoing), _local(str(relation))][str(other)].append(tuple(rest))
    relations = tuple(
        Relations(
            relation,
            relation_label(relation if outgoing else _local(INVERSES[relation])),
            outgoing,
            tuple(sorted(
                (_related(other, rows) for other, rows in others.items()),
                key=lambda r: (-r.confidence, r.name, r.iri),
            )),
        )
        for outgoing in (True, False)
        for relation in Relation
        if (others := seen.get((outgoing, relation)))
    )  # fmt: skip

    def first(key: str) -> str | None:
        return facts[key][0] if facts[key] else None

    year = first("year")
    return Details(
        iri=iri,
        kind=_kind(facts["type"][0]),
        name=first("label") or iri,
        aliases=tuple(facts["altLabel"]),
        title=first("title"),
        year=int(year) if year else None,
        identifiers=(
            *(f"arXiv:{number}" for number in facts["arxivId"]),
            *(f"doi:{doi}" for doi in facts["doi"]),
        ),
        url=first("url"),
        topic=first("subject"),
        sources=tuple(dict.fromkeys(facts["source"])),
        relations=relations,
    )  # fmt: skip


def _related(iri: str, rows: list[tuple[Value | None, ...]]) -> Related:
    name, class_, confidence = rows[0][:3]
    sentences = (
        Sentence(_text(quote), str(path), _int(line), str(rule))
        for *_, quote, path, line, rule in rows
    )
    return Related(
        iri, str(name), _kind(str(class_)), _float(confidence), tuple(dict.fromkeys(sentences))
    )


# --------------------------------------------------------------------------- paths


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path, from `iri` to `other.iri`; `label` is how it reads in that direction."""

    iri: str
    name: str
    label: str
    relation: Relation
    outgoing: bool
    other: Related


_RELATIONS = " ".join(f"<{KG[relation]}>" for relation in Relation)
_EDGES = f"SELECT ?start ?end WHERE {{ VALUES ?by {{ {_RELATIONS} }} ?start ?by ?end }}"


def path(
    engine: Store | Endpoint, start: str, end: str, *, base: str | None = None
) -> tuple[Step, ...]:
    """The shortest way between two nodes (IRIs), along assertions in either direction.

    Of ways with as few steps, the one through the least connected nodes: it says more than one
    through a hub such as "adversarial loss" (Dijkstra's algorithm, 1959, on the pair of steps
    and summed logarithms of degrees). () where both nodes are one.

    Raises:
        NoMatchError: nothing connects them.
    """
    base = base or base_for(engine)
    ends: defaultdict[str, set[str]] = defaultdict(set)
    for subject, object_ in _rows(engine, _EDGES, {}, base):
        ends[str(subject)].add(str(object_))
        ends[str(object_)].add(str(subject))
    best: dict[str, tuple[int, float]] = {start: (0, 0.0)}
    before: dict[str, str] = {}
    queue = [(0, 0.0, start)]
    while queue:
        steps, weight, node = heapq.heappop(queue)
        if node == end:
            break
        if (steps, weight) > best[node]:
            continue
        for other in sorted(ends[node]):
            cost = (steps + 1, weight + (math.log(len(ends[other])) if other != end else 0.0))
            if other not in best or cost < best[other]:
                best[other] = cost
                before[other] = node
                heapq.heappush(queue, (*cost, other))
    if end not in best:
        names = [_name(engine, iri, base) for iri in (start, end)]
        raise NoMatchError(f"nothing connects {names[0]} and {names[1]}")
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(before[nodes[-1]])
    nodes.reverse()
    return tuple(_step(engine, a, b, base) for a, b in pairwise(nodes))


def _step(engine: Store | Endpoint, start: str, end: str, base: str) -> Step:
    """The strongest assertion between two neighbours."""
    here = details(engine, start, base=base)
    relations, other = min(
        ((r, other) for r in here.relations for other in r.others if other.iri == end),
        key=lambda pair: (-pair[1].confidence, not pair[0].outgoing, pair[0].relation),
    )
    return Step(start, here.name, relations.label, relations.relation, relations.outgoing, other)


def _name(engine: Store | Endpoint, iri: str, base: str) -> str:
    rows = _rows(engine, "SELECT ?name WHERE { ?node rdfs:label ?name }",
                 {"node": NamedNode(iri)}, base)  # fmt: skip
    return next((str(name) for (name,) in rows), iri)


# --------------------------------------------------------------------------- rows


def _rows(
    engine: Store | Endpoint, text: str, parameters: Mapping[str, NamedNode | Literal], base: str
) -> Iterator[tuple[Value | None, ...]]:
    answer = run_query(engine, text, parameters, base=base, place="lookup")
    assert isinstance(answer, Rows)
    return answer.values()


def _local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


def _kind(class_: str) -> str:
    return {SKOS.Concept: "Topic", KG.SourceDocument: "Source"}.get(class_, _local(class_))


def _text(value: Value | None) -> str:
    return "" if value is None else str(value)


def _int(value: Value | None) -> int:
    return int(_text(value))


def _float(value: Value | None) -> float:
    return float(_text(value))
