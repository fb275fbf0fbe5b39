"""A graph as the JSON that the explorer reads: columns of numbers, each string once.

Nodes and edges are named by their place in the columns. What only a details panel needs (the
sentences) is a second value, so that the page can draw before it reads them.

Columns are short where they can be, because a graph of 50,000 nodes has to fit in one page:

    an object with numbers as keys holds the few values that are not what one expects
    edges are sorted by their subject: `out` is how many edges each node is the subject of
    `runs` are pairs of a value and how often it follows
    a sentence is numbered by how far it lies behind the next new one: 0 is a new sentence
    in a large graph single characters that no sentence has stand for the most frequent words
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from kg.explorer.terms import KINDS, RELATIONS, link, short_label
from kg.graph import Graph
from kg.layout import Layout
from kg.model import Entity, Evidence, Paper
from kg.vocabulary import BASE, KG, arxiv_of

Columns = dict[str, Any]


LONG_TEXT = 1_000_000
"""From so many characters on, sentences are written with characters for frequent words."""

_WORD = re.compile(" ?[A-Za-z]+")


class _Strings:
    """Numbers for strings, in the order in which they are first met."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.number.setdefault(text, len(self.number))

    def back(self, text: str) -> int:
        """How far `text` lies behind the next new string: 0 where it is new itself."""
        following = len(self.number)
        return following - self(text)


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
    edges: Columns = {"out": [0] * len(number), "r": [], "o": [], "c": [], "n": {}}
    about: dict[int, int] = {}
    runs: list[int] = []
    sentences: Columns = {"quote": [], "line": [], "rule": [], "from": [], "length": {}}
    quotes, rules = _Strings(), _Strings()
    known = [a for a in graph.assertions if a.subject in number and a.object in number]
    # Numbers follow the order of the ids, but the assertions of a graph may not.
    for e, assertion in enumerate(sorted(known, key=lambda a: number[a.subject])):
        subject = number[assertion.subject]
        edges["out"][subject] += 1
        edges["r"].append(relations[assertion.relation])
        edges["o"].append(number[assertion.object])
        edges["c"].append(round(assertion.confidence * 1000))
        if len(assertion.evidence) != 1:
            edges["n"][e] = len(assertion.evidence)
        names = names_of(graph.entities[number[assertion.object]])
        for evidence in assertion.evidence:
            v = len(sentences["line"])
            if number.get(evidence.about, -1) != subject:
                about[v] = number.get(evidence.about, -1)
            _run(runs, source.get(evidence.source, -1))
            start, length = mark(evidence, names)
            sentences["quote"].append(quotes.back(evidence.quote))
            sentences["line"].append(evidence.line)
            sentences["rule"].append(rules(evidence.rule))
            sentences["from"].append(start)
            if length != _utf16(names[0]):
                sentences["length"][v] = length
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
        "support": {"about": about, "runs": runs},
    }
    return drawn, {**sentences, **_coded(list(quotes.number)), "rules": list(rules.number)}


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
        "id": [_short_id(e) for e in graph.entities],
        "kind": [kinds[e.kind] for e in graph.entities],
        "name": [e.name for e in graph.entities],
        "x": [round(x) for x in layout.positions[:, 0].tolist()],
        "y": [round(y) for y in layout.positions[:, 1].tolist()],
        "community": layout.community.tolist(),
        **few,
    }


def _short_id(entity: Entity) -> str | list[str]:
    """An id without what the page can add: "/adain" for a method, "" for an arXiv paper.

    An id that looks like such a rest stands whole, in a list.
    """
    folder = str(entity.kind).lower()
    if isinstance(entity, Paper):
        arxiv = arxiv_of(entity.identifiers)
        if arxiv and entity.id == f"paper/arxiv-{arxiv}":
            return ""
    if entity.id.startswith(f"{folder}/"):
        return entity.id[len(folder) :]
    return [entity.id] if entity.id.startswith("/") or not entity.id else entity.id


def _run(runs: list[int], value: int) -> None:
    if runs and runs[-2] == value:
        runs[-1] += 1
    else:
        runs += (value, 1)


def _coded(quotes: list[str]) -> Columns:
    """`quotes` with characters for frequent words, and what each of these characters stands for.

    A character of U+0100 to U+07FF takes two bytes, a word and its space about seven: of a text
    of several megabytes a little more than half is left.
    """
    if sum(map(len, quotes)) < LONG_TEXT:
        return {"quotes": quotes, "codes": "", "words": []}
    used = set("".join(quotes))
    free = [c for c in map(chr, range(0x100, 0x800)) if c not in used]
    counts = Counter(word for quote in quotes for word in _WORD.findall(quote))
    worth = sorted(counts, key=lambda w: (-counts[w] * (len(w) - 2), w))
    code = dict(zip(worth, free, strict=False))
    return {
        "quotes": [_WORD.sub(lambda m: code.get(m[0], m[0]), quote) for quote in quotes],
        "codes": "".join(code.values()),
        "words": list(code),
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
