"""Findings to a graph: which names are one thing, what kind it is, what its node is called.

Papers are one by identifier, then by title; a system that is named without identifier is the
paper that proposes it, else a linked paper so labelled. Other things are one where they share a
label (case, hyphens and plural aside), where a summary explains an abbreviation, or where the
lexicon says so. Nothing is merged for looking alike: such pairs are listed as candidates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.corrections import Corrections
from kg.extract.findings import Finding, Naming, to_evidence
from kg.extract.words import Page
from kg.graph import Graph
from kg.lexicon import Lexicon, Term, normal
from kg.model import (
    PRIOR_WORK,
    Assertion,
    Entity,
    Evidence,
    Identifiers,
    Kind,
    Paper,
    Reading,
    Reference,
    Relation,
    SourceDocument,
    Topic,
)
from kg.read.identifiers import year_from_arxiv
from kg.vocabulary import arxiv_of, entity_id, entity_ids, paper_id, part_id, source_id, topic_id

SHORT = 2
"""Labels of so few letters name a thing in one summary only, unless the lexicon has them."""

_LEXICON_WEIGHT = 2.0
"""What the lexicon's word on a kind weighs against summaries of confidence 1."""

_CONVERTED = 0.8
"""Confidence kept by a relation that was changed because the kind of its object was."""

RELATION_TO = {
    Kind.METHOD: Relation.USES_METHOD,
    Kind.LOSS: Relation.USES_LOSS,
    Kind.DATASET: Relation.USES_DATASET,
    Kind.TASK: Relation.ADDRESSES_TASK,
    Kind.METRIC: Relation.USES_METRIC,
    Kind.CONCEPT: Relation.DISCUSSES,
}


@dataclass(frozen=True, slots=True)
class MergeCandidate:
    """Two nodes that could be one thing and were kept apart, and why they could be."""

    first: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """One summary with what was found in it."""

    page: Page
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The graph, and the pairs that were not merged."""

    graph: Graph
    candidates: tuple[MergeCandidate, ...]


class _Sets:
    """Disjoint sets of strings (Tarjan 1975); the smallest member stands for its set."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, x: str) -> str:
        self.parent.setdefault(x, x)
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def join(self, a: str, b: str) -> None:
        a, b = self.find(a), self.find(b)
        if a != b:
            self.parent[max(a, b)] = min(a, b)


def resolve(
    readings: Sequence[Reading],
    extracted: Sequence[Extracted],
    lexicon: Lexicon,
    corrections: Corrections,
    licences: dict[str, str] | None = None,
) -> Resolved:
    """One graph out of everything that was read and found.

    `extracted` holds the documents of `readings` in their order. `licences` maps the path of a
    source to its licence. The order of the sources makes no difference.
    """
    readings = sorted(readings, key=lambda r: r.source.path)
    extracted = sorted(extracted, key=lambda e: e.page.document.source.path)
    papers = _Papers(readings, extracted)
    things = _Things(extracted, lexicon, corrections)
    evidence: dict[tuple[str, Relation, str], dict[str, list[tuple[float, Evidence]]]] = {}
    sources = _source_ids(readings)
    for item in extracted:
        document = item.page.document
        about = papers.of_reference(document.paper)
        source = sources[document.source.path]
        for subject, relation, object_, finding, share in _triples(item, about, papers, things):
            if subject == object_:
                continue
            place = evidence.setdefault((subject, relation, object_), {}).setdefault(about, [])
            for support in finding.support:
                found = to_evidence(item.page, support, source, about)
                place.append((finding.confidence * share, found))
    assertions = [_assertion(triple, found) for triple, found in sorted(evidence.items())]
    assertions = corrections.applied(_one_each(assertions))
    return Resolved(
        _graph(readings, assertions, papers, things, sources, licences or {}),
        tuple(things.candidates()),
    )


def _triples(
    item: Extracted, about: str, papers: _Papers, things: _Things
) -> Iterator[tuple[str, Relation, str, Finding, float]]:
    """(subject, relation, object, finding, share of the confidence that is kept)."""
    for finding in item.findings:
        if finding.object.kind is Kind.PAPER:
            yield about, finding.relation, papers.of_naming(finding.object), finding, 1.0
            continue
        object_ = things.id_of(finding.object)
        if finding.subject is not None:
            subject = things.id_of(finding.subject)
            yield subject, finding.relation, object_, finding, 1.0
            continue
        relation, share = finding.relation, 1.0
        kind = things.kind_of(finding.object)
        if kind is not finding.object.kind and relation is not Relation.PROPOSES:
            relation, share = RELATION_TO[kind], _CONVERTED
        yield about, relation, object_, finding, share
        if finding.object.part_of is not None:
            generic = things.id_of(Naming(finding.object.kind, finding.object.labels))
            yield object_, Relation.VARIANT_OF, generic, finding, 1.0


def _assertion(
    triple: tuple[str, Relation, str], found: dict[str, list[tuple[float, Evidence]]]
) -> Assertion:
    """Summaries that agree raise the confidence; repetition inside one of them does not."""
    doubt = 1.0
    for items in found.values():
        doubt *= 1.0 - max(confidence for confidence, _ in items)
    places = {
        (e.source, e.span, e.mention, e.rule, e.about): e
        for items in found.values()
        for _, e in items
    }
    unique = {(e.source, e.span, e.rule): e for _, e in sorted(places.items(), reverse=True)}
    ordered = tuple(sorted(unique.values(), key=lambda e: (e.source, e.span, e.rule)))
    subject, relation, object_ = triple
    return Assertion(subject, relation, object_, ordered, round(min(1.0 - doubt, 0.999), 3))


def _one_each(assertions: list[Assertion]) -> list[Assertion]:
    """One relation between two papers, and nothing both proposed and used as a method."""
    strongest: dict[tuple[str, str], Assertion] = {}
    proposed = {(a.subject, a.object) for a in assertions if a.relation is Relation.PROPOSES}
    for a in assertions:
        if a.relation in PRIOR_WORK:
            other = strongest.get((a.subject, a.object))
            if other is None or _rank(a) < _rank(other):
                strongest[(a.subject, a.object)] = a
    kept = []
    for a in assertions:
        if a.relation in PRIOR_WORK:
            if strongest[(a.subject, a.object)] is not a:
                continue
        elif (a.subject, a.object) in proposed and a.relation not in (
            Relation.PROPOSES,
            Relation.USES_LOSS,
        ):
            continue
        kept.append(a)
    return kept


def _rank(assertion: Assertion) -> tuple[bool, int]:
    return assertion.confidence < 0.3, PRIOR_WORK.index(assertion.relation)


# ------------------------------------------------------------------------------ papers


class _Papers:
    """Paper nodes: what is one paper, its id, its labels, its title."""

    def __init__(self, readings: Sequence[Reading], extracted: Sequence[Extracted]) -> None:
        self.sets = _Sets()
        self.references: list[Reference] = []
        self.labels: dict[str, Counter[str]] = defaultdict(Counter)
        self.identifiers: dict[str, Identifiers] = {}
        for reading in readings:
            for reference in (*(d.paper for d in reading.documents), *reading.listed):
                self.references.append(reference)
                self._join(reference.identifiers, reference.title)
        self.namings = [
            f.object for item in extracted for f in item.findings if f.object.kind is Kind.PAPER
        ]
        for naming in self.namings:
            if naming.identifiers != Identifiers():
                self._join(naming.identifiers, None)
        self.named = self._systems(extracted)
        self.keys = self._ids()
        for naming in self.namings:
            self.labels[self.of_naming(naming)].update(naming.labels)

    def _join(self, identifiers: Identifiers, title: str | None) -> None:
        keys = list(_keys(identifiers, title))
        for other in keys[1:]:
            self.sets.join(keys[0], other)

    def _systems(self, extracted: Sequence[Extracted]) -> dict[str, str]:
        """Normalised name of a system -> a key of its paper."""
        proposed: dict[str, set[str]] = defaultdict(set)
        linked: dict[str, set[str]] = defaultdict(set)
        for item in extracted:
            reference = item.page.document.paper
            key = self.sets.find(next(_keys(reference.identifiers, reference.title)))
            for finding in item.findings:
                if finding.relation is Relation.PROPOSES and finding.object.kind is Kind.METHOD:
                    for label in finding.object.labels:
                        proposed[normal(label)].add(key)
                if (
                    finding.object.kind is Kind.PAPER
                    and finding.object.identifiers != Identifiers()
                ):
                    target = self.sets.find(next(_keys(finding.object.identifiers, None)))
                    for label in finding.object.labels:
                        linked[normal(label)].add(target)
        systems = {name: min(keys) for name, keys in linked.items() if len(keys) == 1}
        systems |= {name: min(keys) for name, keys in proposed.items() if len(keys) == 1}
        return systems

    def _ids(self) -> dict[str, str]:
        """Representative key of a set -> id of its node."""
        merged: dict[str, Identifiers] = {}
        titles: dict[str, str] = {}
        for identifiers, title in (
            *((r.identifiers, r.title) for r in self.references),
            *((n.identifiers, None) for n in self.namings),
        ):
            for key in _keys(identifiers, title):
                root = self.sets.find(key)
                merged[root] = _both(merged.get(root, Identifiers()), identifiers)
                if title:
                    titles.setdefault(root, title)
        ids: dict[str, str] = {}
        taken: set[str] = set()
        for root in sorted(merged):
            ids[root] = paper_id(merged[root], titles.get(root, root), taken)
            taken.add(ids[root])
            self.identifiers[ids[root]] = merged[root]
        return ids

    def of_reference(self, reference: Reference) -> str:
        """The id of a summarised or listed paper."""
        return self.keys[self.sets.find(next(_keys(reference.identifiers, reference.title)))]

    def of_naming(self, naming: Naming) -> str:
        """The id of a paper that is linked or named."""
        if naming.identifiers != Identifiers():
            return self.keys[self.sets.find(next(_keys(naming.identifiers, None)))]
        for label in naming.labels:
            key = self.named.get(normal(label))
            if key is not None:
                return self.keys[self.sets.find(key)]
            titled = self.sets.find(f"title {normal(label)}")
            if titled in self.keys:
                return self.keys[titled]
        return paper_id(Identifiers(), naming.labels[0])


def _keys(identifiers: Identifiers, title: str | None) -> Iterator[str]:
    arxiv = arxiv_of(identifiers)
    if arxiv:
        yield f"arxiv {arxiv.lower()}"
    if identifiers.doi and not arxiv:
        yield f"doi {identifiers.doi.lower()}"
    if identifiers.url:
        yield f"url {identifiers.url}"
    if title:
        yield f"title {normal(title)}"


def _both(a: Identifiers, b: Identifiers) -> Identifiers:
    return Identifiers(
        min(filter(None, (a.arxiv, b.arxiv)), default=None),
        min(filter(None, (a.doi, b.doi)), default=None),
        min(filter(None, (a.url, b.url)), default=None),
    )


# ------------------------------------------------------------------------------ things


class _Things:
    """Nodes that are not papers: what is one thing, its kind, its name, its labels."""

    def __init__(
        self, extracted: Sequence[Extracted], lexicon: Lexicon, corrections: Corrections
    ) -> None:
        self.lexicon = lexicon
        self.corrections = corrections
        self.sets = _Sets()
        self.weight: dict[str, Counter[Kind]] = defaultdict(Counter)
        self.forms: dict[str, Counter[str]] = defaultdict(Counter)
        self.parts: dict[str, Counter[str]] = defaultdict(Counter)
        namings = [
            (n, f.confidence)
            for item in extracted
            for f in item.findings
            for n in (f.subject, f.object)
            if n is not None and n.kind is not Kind.PAPER
        ]
        self.ambiguous = _ambiguous(n for n, _ in namings)
        for naming, _ in namings:
            keys = self._keys(naming)
            for key in keys[1:]:
                self.sets.join(keys[0], key)
        for first, second in corrections.same:
            self.sets.join(normal(first), normal(second))
        for naming, confidence in namings:
            root = self.sets.find(self._keys(naming)[0])
            self.weight[root][naming.kind] += confidence
            for label in naming.labels:
                key = normal(label)
                if self.sets.find(key) == root or key in self.ambiguous or len(key) <= SHORT:
                    self.forms[root][label] += 1
        self.names: dict[str, str] = {}
        self.kinds: dict[str, Kind] = {}
        self.terms: dict[str, Term | None] = {}
        for root in sorted(self.forms):
            self._settle(root)
        self.ids = self._mint()
        for naming, _ in namings:
            if naming.part_of is not None:
                self.parts[self.id_of(naming)].update(naming.labels)

    def _keys(self, naming: Naming) -> list[str]:
        """Keys that this naming says are one thing, the name's first."""
        keys = []
        for i, label in enumerate(naming.labels):
            key = normal(label)
            term = self.lexicon.find(label)
            short = len(key) <= SHORT and term is None
            if i == 0 or not (short or key in self.ambiguous):
                keys.append(key)
                if term is not None:
                    keys.append(normal(term.name))
        return list(dict.fromkeys(keys))

    def _settle(self, root: str) -> None:
        term = next(
            (t for label in sorted(self.forms[root]) if (t := self.lexicon.find(label))), None
        )
        weight = Counter(self.weight[root])
        if term is not None:
            weight[term.kind] += _LEXICON_WEIGHT
        kind = max(Kind, key=lambda k: weight[k])
        forms = self.forms[root]
        singular = [f for f in forms if not _is_plural(f, forms)]
        most = max(forms[f] for f in singular)
        name = term.name if term else min(f for f in singular if forms[f] == most)
        self.terms[root] = term
        self.names[root] = self.corrections.name_of(name)
        self.kinds[root] = self.corrections.kind_of(name, kind)

    def _mint(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        for kind in Kind:
            roots = [r for r in self.names if self.kinds[r] is kind]
            minted = entity_ids(kind, [self.names[r] for r in roots])
            by_name: dict[str, str] = {}
            for root in roots:
                name = self.names[root]
                if name in by_name:
                    ids[root] = entity_id(kind, name, {by_name[name]})
                else:
                    ids[root] = by_name[name] = minted[name]
        return ids

    def _root(self, naming: Naming) -> str:
        return self.sets.find(self._keys(naming)[0])

    def kind_of(self, naming: Naming) -> Kind:
        """The kind that the whole graph gives this thing."""
        return self.kinds[self._root(naming)]

    def id_of(self, naming: Naming) -> str:
        """The id of the node; a generic part of a system has one of its own."""
        if naming.part_of is not None:
            system = self.ids[self._root(naming.part_of)]
            return part_id(Kind.METHOD, system, normal_words(naming.labels[0]))
        return self.ids[self._root(naming)]

    def entities(self, wanted: set[str]) -> Iterator[Entity]:
        """The entities of these ids."""
        for root, id_ in self.ids.items():
            if id_ in wanted:
                name = self.names[root]
                aliases = {*self.forms[root]}
                aliases |= set(self.corrections.aliases_of(name))
                yield Entity(id_, self.kinds[root], name, tuple(sorted(aliases - {name})))
        for id_, labels in self.parts.items():
            if id_ in wanted:
                most = max(labels.values())
                name = min(label for label in labels if labels[label] == most)
                yield Entity(id_, Kind.METHOD, name, tuple(sorted(set(labels) - {name})))

    def candidates(self) -> Iterator[MergeCandidate]:
        """Pairs of one kind that look alike and were kept apart."""
        for key, longs in sorted(self.ambiguous.items()):
            roots = sorted({self.sets.find(long) for long in longs} & set(self.ids))
            for first, second in zip(roots, roots[1:], strict=False):
                reason = f"both are called {key!r} in some summary"
                yield MergeCandidate(self.ids[first], self.ids[second], reason)
        initials: dict[tuple[Kind, str], list[str]] = defaultdict(list)
        for root, name in sorted(self.names.items()):
            words = name.replace("-", " ").split()
            if len(words) > 2:
                initials[self.kinds[root], "".join(w[0] for w in words).lower()].append(root)
        for root, name in sorted(self.names.items()):
            for other in initials.get((self.kinds[root], name.lower()), ()):
                yield MergeCandidate(
                    self.ids[root],
                    self.ids[other],
                    "the letters of one begin the words of the other",
                )
        yield from self._misspelled()

    def _misspelled(self) -> Iterator[MergeCandidate]:
        by_letters: dict[tuple[Kind, str], list[str]] = defaultdict(list)
        for root, name in sorted(self.names.items()):
            if len(name) > 6:
                by_letters[self.kinds[root], "".join(sorted(set(root)))].append(root)
        for roots in by_letters.values():
            for first, second in zip(roots, roots[1:], strict=False):
                digits = [[c for c in r if c.isdigit()] for r in (first, second)]
                if digits[0] == digits[1] and abs(len(first) - len(second)) <= 1:
                    reason = "they are spelled with the same letters"
                    yield MergeCandidate(self.ids[first], self.ids[second], reason)


def normal_words(label: str) -> str:
    """A generic part's label for its id: lower case, singular."""
    lower = label.lower()
    return lower[:-1] if lower.endswith("s") and not lower.endswith("ss") else lower


def _is_plural(form: str, forms: Iterable[str]) -> bool:
    return any(f != form and form.lower() in (f.lower() + "s", f.lower() + "es") for f in forms)


def _ambiguous(namings: Iterable[Naming]) -> dict[str, set[str]]:
    """Abbreviations that stand for different things in different summaries."""
    longs: dict[str, set[str]] = defaultdict(set)
    for naming in namings:
        long = max(naming.labels, key=len)
        for label in naming.labels:
            if label.isupper() and len(label) < len(long) and len(long.split()) > 1:
                longs[normal(label)].add(normal(long))
    return {
        key: found
        for key, found in longs.items()
        if len(found) > 1 and not any(a in b for a in found for b in found if a != b)
    }


# ------------------------------------------------------------------------------ the graph


def _source_ids(readings: Sequence[Reading]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for path in sorted({r.source.path for r in readings}):
        ids[path] = source_id(path, set(ids.values()))
    return ids


def _graph(
    readings: Sequence[Reading],
    assertions: list[Assertion],
    papers: _Papers,
    things: _Things,
    sources: dict[str, str],
    licences: dict[str, str],
) -> Graph:
    topics = _Topics()
    records: dict[str, Paper] = {}
    source_documents = []
    for reading in readings:
        summarises = [d.paper for d in reading.documents]
        for reference in (*summarises, *reading.listed):
            id_ = papers.of_reference(reference)
            topic = topics.of(reference.topic)
            record = _paper(id_, reference, papers, topic)
            records[id_] = _earlier(records[id_], record) if id_ in records else record
        source_documents.append(
            SourceDocument(
                sources[reading.source.path],
                reading.source.path,
                reading.title,
                licences.get(reading.source.path),
                tuple(dict.fromkeys(papers.of_reference(r) for r in summarises)),
                tuple(dict.fromkeys(papers.of_reference(r) for r in reading.listed)),
            )
        )
    ends = {end for a in assertions for end in (a.subject, a.object)}
    for naming in papers.namings:
        id_ = papers.of_naming(naming)
        if id_ in ends and id_ not in records:
            records[id_] = _named_paper(id_, papers)
    entities: list[Entity] = [*records.values(), *things.entities(ends)]
    return Graph(
        tuple(sorted(entities, key=lambda e: e.id)),
        topics.topics(),
        tuple(sorted(source_documents, key=lambda s: s.id)),
        tuple(sorted(assertions, key=lambda a: (a.subject, a.relation, a.object))),
    )


def _paper(id_: str, reference: Reference, papers: _Papers, topic: str | None) -> Paper:
    title = reference.title or id_
    names = set(papers.labels.get(id_, ())) - {title}
    identifiers = papers.identifiers[id_]
    year = reference.year or (year_from_arxiv(identifiers.arxiv) if identifiers.arxiv else None)
    return Paper(id_, Kind.PAPER, title, tuple(sorted(names)), title, identifiers, year, topic)


def _named_paper(id_: str, papers: _Papers) -> Paper:
    labels = papers.labels[id_]
    most = max(labels.values())
    name = min(label for label in labels if labels[label] == most)
    identifiers = papers.identifiers.get(id_, Identifiers())
    year = year_from_arxiv(identifiers.arxiv) if identifiers.arxiv else None
    aliases = tuple(sorted(set(labels) - {name}))
    return Paper(id_, Kind.PAPER, name, aliases, None, identifiers, year, None)


def _earlier(first: Paper, second: Paper) -> Paper:
    """One paper that stands in several places: the first record, with what only the second has."""
    aliases = {*first.aliases, *second.aliases}
    if second.name != first.name:
        aliases.add(second.name)
    return Paper(
        first.id,
        Kind.PAPER,
        first.name,
        tuple(sorted(aliases - {first.name})),
        first.title,
        first.identifiers,
        first.year or second.year,
        first.topic or second.topic,
    )


class _Topics:
    """Topic nodes, made as they are met."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, ...], Topic] = {}

    def of(self, chain: tuple[str, ...]) -> str | None:
        """The id of the innermost heading of a chain, outermost first."""
        if not chain:
            return None
        if chain not in self.found:
            broader = self.of(chain[:-1])
            id_ = topic_id(chain[-1], {t.id for t in self.found.values()})
            self.found[chain] = Topic(id_, chain[-1], broader)
        return self.found[chain].id

    def topics(self) -> tuple[Topic, ...]:
        return tuple(sorted(self.found.values(), key=lambda t: t.id))
