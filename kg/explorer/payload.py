"""A graph as the JSON that the explorer reads: columns of numbers, each string once.

Nodes and edges are named by their place in the columns. What only a details panel needs (the
sentences) is a second value, so that the page can draw before it reads them.
"""

from __future__ import annotations

from typing import Any

from kg.explorer.terms import KINDS, RELATIONS, link, short_label
from kg.graph import Graph
from kg.layout import Layout
from kg.model import Entity, Evidence, Paper
from kg.vocabulary import BASE, KG, arxiv_of

Columns = dict[str, Any]
"""JSON: lists by name; an object with numbers as keys is a column with few values."""


class _Strings:
    """Numbers for strings, in the order in which they are first met."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.number.setdefault(text, len(self.number))


def title_of(graph: Graph) -> str:
    """What a page that shows `graph` is called: the one source's title, or a plain name."""
    titles = [s.title for s in graph.sources if s.title]
    return titles[0] if len(graph.sources) == 1 and titles else "Literature graph"


def to_payload(graph: Graph, layout: Layout) -> tuple[Columns, Columns]:
    """The two JSON values of a page: the graph, and the sentences behind its edges.

    `layout` holds positions for the entities of `graph`, in their order. An assertion of which
    an end is not in the graph is left out.
    """
    number = {e.id: i for i, e in enumerate(graph.entities)}
    source = {s.id: i for i, s in enumerate(graph.sources)}
    relations = {relation: i for i, relation in enumerate(RELATIONS)}
    edges: Columns = {"s": [], "r": [], "o": [], "c": [], "n": []}
    support: Columns = {"about": [], "source": []}
    sentences: Columns = {"quote": [], "line": [], "rule": [], "from": [], "length": []}
    quotes, rules = _Strings(), _Strings()
    for assertion in graph.assertions:
        if assertion.subject not in number or assertion.object not in number:
            continue
        edges["s"].append(number[assertion.subject])
        edges["r"].append(relations[assertion.relation])
        edges["o"].append(number[assertion.object])
        edges["c"].append(round(assertion.confidence * 1000))
        edges["n"].append(len(assertion.evidence))
        names = names_of(graph.entities[number[assertion.object]])
        for evidence in assertion.evidence:
            support["about"].append(number.get(evidence.about, -1))
            support["source"].append(source.get(evidence.source, -1))
            start, length = mark(evidence, names)
            sentences["quote"].append(quotes(evidence.quote))
            sentences["line"].append(evidence.line)
            sentences["rule"].append(rules(evidence.rule))
            sentences["from"].append(start)
            sentences["length"].append(length)
    topic = {t.id: i for i, t in enumerate(graph.topics)}
    drawn: Columns = {
        "title": title_of(graph),
        "base": BASE,
        "vocabulary": KG.iri,
        "kinds": [[str(kind), s.plural, s.colour, s.shape] for kind, s in KINDS.items()],
        "relations": [[str(r), s.forward, s.backward, s.family] for r, s in RELATIONS.items()],
        "topics": [[t.id, t.name, topic.get(t.broader or "", -1)] for t in graph.topics],
        "sources": [
            [
                s.id,
                s.path,
                s.title or "",
                [number[p] for p in s.summarises if p in number],
                [number[p] for p in s.lists if p in number],
            ]
            for s in graph.sources
        ],
        "nodes": _nodes(graph, layout, topic),
        "communities": {
            "x": [round(x) for x in layout.centres[:, 0].tolist()],
            "y": [round(y) for y in layout.centres[:, 1].tolist()],
            "reach": [round(r) for r in layout.reach.tolist()],
        },
        "edges": edges,
        "support": support,
    }
    return drawn, {**sentences, "quotes": list(quotes.number), "rules": list(rules.number)}


def _nodes(graph: Graph, layout: Layout, topic: dict[str, int]) -> Columns:
    kinds = {kind: i for i, kind in enumerate(KINDS)}
    few: dict[str, dict[int, Any]] = {
        name: {} for name in ("short", "aliases", "link", "arxiv", "doi", "year", "topic")
    }
    for i, entity in enumerate(graph.entities):
        values: Columns = {"short": short_label(entity), "aliases": list(names_of(entity)[1:])}
        if values["short"] == entity.name:
            del values["short"]
        if isinstance(entity, Paper):
            arxiv = arxiv_of(entity.identifiers)
            values["arxiv"] = arxiv
            values["doi"] = None if arxiv else entity.identifiers.doi
            # The page makes the address of an arXiv paper from its id.
            values["link"] = "" if arxiv else link(entity)
            values["year"] = entity.year
            values["topic"] = topic.get(entity.topic or "")
        for name, value in values.items():
            if value not in (None, "", []):
                few[name][i] = value
    return {
        "id": [e.id for e in graph.entities],
        "kind": [kinds[e.kind] for e in graph.entities],
        "name": [e.name for e in graph.entities],
        "x": [round(x) for x in layout.positions[:, 0].tolist()],
        "y": [round(y) for y in layout.positions[:, 1].tolist()],
        "community": layout.community.tolist(),
        **few,
    }


def names_of(entity: Entity) -> tuple[str, ...]:
    """The label of an entity, then its title (where it is another) and its aliases."""
    title = entity.title if isinstance(entity, Paper) and entity.title else entity.name
    return tuple(dict.fromkeys((entity.name, title, *entity.aliases)))


def mark(evidence: Evidence, names: tuple[str, ...]) -> tuple[int, int]:
    """Where in its quote an evidence names its object: start and length in UTF-16 units.

    Offsets count in the source with its markup, the quote has none: where the two lengths agree
    the offset is exact, else the nearest of the object's names is looked for. (-1, 0): nowhere.
    """
    quote = evidence.quote
    offset = evidence.mention.start - evidence.span.start
    length = evidence.mention.end - evidence.mention.start
    start = -1
    if 0 <= offset < len(quote) and len(quote) == evidence.span.end - evidence.span.start:
        start, length = offset, min(length, len(quote) - offset)
    else:
        lower = quote.lower()
        for name in sorted(names, key=len, reverse=True) if len(lower) == len(quote) else ():
            # Markup only adds characters, so the words stand at `offset` or before it.
            wanted = name.lower()
            found = lower.rfind(wanted, 0, max(offset, 0) + len(wanted)) if wanted else -1
            if found < 0 and wanted:
                found = lower.find(wanted)
            if found >= 0:
                start, length = found, len(wanted)
                break
    if start < 0 or length <= 0:
        return -1, 0
    return _utf16(quote[:start]), _utf16(quote[start : start + length])


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(c > "\uffff" for c in text)
