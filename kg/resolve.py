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
from itertools import combinations, pairwise

from kg.corrections import Corrections
from kg.extract.candidates import is_name_like
from kg.extract.findings import Finding, Naming, to_evidence
from kg.extract.words import Page
from kg.graph import Graph
from kg.lexicon import Lexicon, normal
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
from kg.vocabulary import arxiv_of, entity_ids, paper_id, part_id, source_id, topic_id

SHORT = 2
"""Further labels of so few letters hold in one summary only, unless the lexicon has them."""

_LEAST_SPELLED = 6
"""Shorter names are not looked at for one letter more, less or other: "MNIST" and "KMNIST"."""

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
    papers = _Papers(readings, extracted, lexicon, corrections)
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
    assertions = _one_each(corrections.applied(assertions))
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
        kind = things.kind_of(finding.object)
        if finding.subject is not None:
            subject = things.id_of(finding.subject)
            if finding.relation is not Relation.USED_FOR or kind in (Kind.TASK, Kind.METHOD):
                yield subject, finding.relation, object_, finding, 1.0
            continue
        relation, share = finding.relation, 1.0
        settled = relation is Relation.PROPOSES and kind is not Kind.CONCEPT
        if kind is not finding.object.kind and not settled:
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


# ------------------------------------------------------------------------------ labels


class _Labels:
    """What labels are compared by, and which labels of a naming say what it is."""

    def __init__(self, namings: Sequence[Naming], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.ambiguous = _ambiguous(namings, lexicon)

    def key(self, label: str) -> str:
        """One for all labels of a term of the lexicon, else for all spellings of a label.

        "hope" is not HOPE: a spelling that the lexicon tells from its term has a key of its own.
        """
        term = self.lexicon.find(label)
        key = normal(term.name if term else label)
        return f"{key}'" if term is None and key in self.lexicon.by_label else key

    def keys(self, naming: Naming) -> list[str]:
        """Keys that this naming says are one thing: those of its telling labels."""
        telling = [x for x in naming.labels if self._is_telling(x)]
        return list(dict.fromkeys(map(self.key, telling or naming.labels[:1])))

    def _is_telling(self, label: str) -> bool:
        key = normal(label)
        if key in self.ambiguous:
            return False
        return len(key) > SHORT or self.lexicon.find(label) is not None


def _ambiguous(namings: Iterable[Naming], lexicon: Lexicon) -> dict[str, set[str]]:
    """Abbreviations that stand for different things: to the long labels that they stand for."""
    longs: dict[str, set[str]] = defaultdict(set)
    for naming in namings:
        long = max(naming.labels, key=len)
        for label in naming.labels:
            if label.isupper() and len(label) < len(long) and " " in long:
                longs[normal(label)].add(long)
                term = lexicon.find(label)
                if term is not None and any(" " in x for x in term.labels):
                    longs[normal(label)].add(term.name)
    return {
        short: found
        for short, found in longs.items()
        if any(_differ(a, b, lexicon) for a, b in combinations(sorted(found), 2))
    }


def _differ(a: str, b: str, lexicon: Lexicon) -> bool:
    """Whether two long forms are of two terms, or neither begins the other, small words aside."""
    terms = lexicon.find(a), lexicon.find(b)
    if None not in terms:
        return terms[0] != terms[1]
    cores = [
        {_core(x) for x in (term.labels if term else (long,)) if " " in x}
        for long, term in zip((a, b), terms, strict=True)
    ]
    return not any(x.startswith(y) or y.startswith(x) for x in cores[0] for y in cores[1])


_SMALL_WORDS = frozenset({"a", "an", "and", "for", "in", "of", "on", "over", "the", "to", "with"})


def _core(long: str) -> str:
    words = long.lower().replace("-", " ").split()
    return normal(" ".join(w for w in words if w not in _SMALL_WORDS))


# ------------------------------------------------------------------------------ papers


class _Papers:
    """Paper nodes: what is one paper, its id, its labels, its title."""

    def __init__(
        self,
        readings: Sequence[Reading],
        extracted: Sequence[Extracted],
        lexicon: Lexicon,
        corrections: Corrections,
    ) -> None:
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
        self.spelling = _Labels(self.namings, lexicon)
        self.systems = self._systems(extracted)
        self.keys = self._ids()
        self.names = _Sets()
        self.named = self._named(corrections)
        for naming in self.namings:
            self.labels[self.of_naming(naming)].update(naming.labels)

    def _join(self, identifiers: Identifiers, title: str | None) -> None:
        keys = list(_keys(identifiers, title))
        for other in keys[1:]:
            self.sets.join(keys[0], other)

    def _systems(self, extracted: Sequence[Extracted]) -> dict[str, str]:
        """Key of the name of a system -> a key of its paper.

        The paper that proposes it counts before a link so labelled, and that before a title that
        begins with it ("KiteNet: Kites that Fly"); of two papers that could be it, none is.
        """
        titled: dict[str, set[str]] = defaultdict(set)
        linked: dict[str, set[str]] = defaultdict(set)
        proposed: dict[str, set[str]] = defaultdict(set)
        for reference in self.references:
            head, colon, _ = (reference.title or "").partition(":")
            if colon and any(map(is_name_like, head.split())):
                titled[self.spelling.key(head)].add(self._root(reference))
        for item in extracted:
            paper = self._root(item.page.document.paper)
            for finding in item.findings:
                thing = finding.object
                if finding.relation is Relation.PROPOSES and thing.kind is Kind.METHOD:
                    for key in self.spelling.keys(thing):
                        proposed[key].add(paper)
                if thing.kind is Kind.PAPER and thing.identifiers != Identifiers():
                    target = self.sets.find(next(_keys(thing.identifiers, None)))
                    for key in self.spelling.keys(thing):
                        linked[key].add(target)
        systems: dict[str, str] = {}
        for found in (titled, linked, proposed):
            systems |= {name: min(papers) for name, papers in found.items() if len(papers) == 1}
        return systems

    def _root(self, reference: Reference) -> str:
        return self.sets.find(next(_keys(reference.identifiers, reference.title)))

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

    def _named(self, corrections: Corrections) -> dict[str, str]:
        """Key of the names of a paper without identifier -> id of its node."""
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for naming in self.namings:
            if naming.identifiers == Identifiers():
                keys = self.spelling.keys(naming)
                for other in keys[1:]:
                    self.names.join(keys[0], other)
                for label in naming.labels:
                    forms[self.spelling.key(label)][label] += 1
        for first, second in (*corrections.same, *corrections.renamed):
            self.names.join(self.spelling.key(first), self.spelling.key(second))
        of_set: dict[str, Counter[str]] = defaultdict(Counter)
        for key, counts in forms.items():
            of_set[self.names.find(key)].update(counts)
        ids: dict[str, str] = {}
        taken = set(self.keys.values())
        for root in sorted(of_set):
            labels = sorted(of_set[root], key=lambda x: (-of_set[root][x], x))
            known = (self._known(self.spelling.key(x), x) for x in labels)
            id_ = next(filter(None, known), None)
            if id_ is None:
                id_ = paper_id(Identifiers(), corrections.name_of(labels[0], labels), taken)
                taken.add(id_)
            ids[root] = id_
        return ids

    def _known(self, key: str, label: str) -> str | None:
        """The id of the paper of a system so called, or of one with that title."""
        root = self.systems.get(key) or f"title {normal(label)}"
        return self.keys.get(self.sets.find(root))

    def of_reference(self, reference: Reference) -> str:
        """The id of a summarised or listed paper."""
        return self.keys[self._root(reference)]

    def of_naming(self, naming: Naming) -> str:
        """The id of a paper that is linked or named."""
        if naming.identifiers != Identifiers():
            return self.keys[self.sets.find(next(_keys(naming.identifiers, None)))]
        for label in naming.labels:
            known = self._known(self.spelling.key(label), label)
            if known is not None:
                return known
        return self.named[self.names.find(self.spelling.keys(naming)[0])]


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
        self.weight: dict[str, dict[Kind, float]] = defaultdict(lambda: dict.fromkeys(Kind, 0.0))
        self.forms: dict[str, Counter[str]] = defaultdict(Counter)
        self.parts: dict[str, Counter[str]] = defaultdict(Counter)
        namings = [
            (n, f.confidence)
            for item in extracted
            for f in item.findings
            for n in (f.subject, f.object)
            if n is not None and n.kind is not Kind.PAPER
        ]
        self.spelling = _Labels([n for n, _ in namings], lexicon)
        for naming, _ in namings:
            keys = self.spelling.keys(naming)
            for key in keys[1:]:
                self.sets.join(keys[0], key)
        for first, second in (*corrections.same, *corrections.renamed):
            self.sets.join(self.spelling.key(first), self.spelling.key(second))
        for naming, confidence in namings:
            root = self._root(naming)
            self.weight[root][naming.kind] += confidence
            self.forms[root].update(naming.labels)
        self.names: dict[str, str] = {}
        self.kinds: dict[str, Kind] = {}
        for root in sorted(self.forms):
            self._settle(root)
        self.ids = self._mint()
        for naming, _ in namings:
            if naming.part_of is not None:
                self.parts[self.id_of(naming)].update(naming.labels)

    def _settle(self, root: str) -> None:
        """The name and the kind of a thing. A label that means other things too does not count."""
        forms = self.forms[root]
        telling = sorted(f for f in forms if self.sets.find(self.spelling.key(f)) == root)
        term = next((t for label in telling if (t := self.lexicon.find(label))), None)
        weight = dict(self.weight[root])
        if term is not None:
            weight[term.kind] += _LEXICON_WEIGHT
        singular = [f for f in telling if not _is_plural(f, telling)]
        name = term.name if term else min(singular, key=lambda f: (-forms[f], f))
        self.names[root] = self.corrections.name_of(name, telling)
        kind = max(Kind, key=lambda k: weight[k])
        self.kinds[root] = self.corrections.kind_of(self.names[root], kind, telling)

    def _mint(self) -> dict[str, str]:
        """Root -> id; no two things of one kind have one name."""
        ids: dict[str, str] = {}
        for kind in Kind:
            roots = [r for r in self.names if self.kinds[r] is kind]
            minted = entity_ids(kind, [self.names[r] for r in roots])
            ids |= {root: minted[self.names[root]] for root in roots}
        return ids

    def _root(self, naming: Naming) -> str:
        return self.sets.find(self.spelling.keys(naming)[0])

    def kind_of(self, naming: Naming) -> Kind:
        """The kind that the whole graph gives this thing; a generic part is a method."""
        return Kind.METHOD if naming.part_of is not None else self.kinds[self._root(naming)]

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
                aliases |= set(self.corrections.aliases_of(name, self.forms[root]))
                yield Entity(id_, self.kinds[root], name, tuple(sorted(aliases - {name})))
        for id_, labels in self.parts.items():
            if id_ in wanted:
                most = max(labels.values())
                name = min(label for label in labels if labels[label] == most)
                yield Entity(id_, Kind.METHOD, name, tuple(sorted(set(labels) - {name})))

    def candidates(self) -> Iterator[MergeCandidate]:
        """Pairs of one kind that look alike and were kept apart."""
        for key, longs in sorted(self.spelling.ambiguous.items()):
            found = {self.sets.find(self.spelling.key(x)) for x in (key.upper(), *longs)}
            roots = sorted(found & set(self.ids))
            for first, second in pairwise(roots):
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
        yield from self._spelled_alike()

    def _spelled_alike(self) -> Iterator[MergeCandidate]:
        """Names with the same words, or that one letter more, less or other makes the same."""
        alike: dict[tuple[Kind, str], dict[str, None]] = defaultdict(dict)
        for root, name in sorted(self.names.items()):
            kind, words = self.kinds[root], name.lower().replace("-", " ").split()
            if len(words) > 1:
                alike[kind, " ".join(sorted(words))][root] = None
            if len(name) > _LEAST_SPELLED:
                key = normal(name)
                for i, letter in enumerate(key):
                    if not letter.isdigit():
                        alike[kind, key[:i] + key[i + 1 :]][root] = None
                alike[kind, key][root] = None
        pairs = {pair for roots in alike.values() for pair in pairwise(roots)}
        for first, second in sorted(pairs):
            yield MergeCandidate(self.ids[first], self.ids[second], "they are spelled alike")


def normal_words(label: str) -> str:
    """A generic part's label for its id: lower case, singular."""
    lower = label.lower()
    return lower[:-1] if lower.endswith("s") and not lower.endswith("ss") else lower


def _is_plural(form: str, forms: Iterable[str]) -> bool:
    return any(f != form and form.lower() in (f.lower() + "s", f.lower() + "es") for f in forms)


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
    """Topic nodes, made as they are met: one for each chain of headings, spelling aside."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, ...], Topic] = {}

    def of(self, chain: tuple[str, ...]) -> str | None:
        """The id of the innermost heading of a chain, outermost first.

        A heading that stands under another one elsewhere takes that one into its id.
        """
        if not chain:
            return None
        key = tuple(normal(heading) or heading for heading in chain)
        if key not in self.found:
            broader = self.of(chain[:-1])
            taken = {t.id for t in self.found.values()}
            id_ = topic_id(chain[-1], ())
            if id_ in taken:
                id_ = topic_id(" / ".join(chain), taken)
            self.found[key] = Topic(id_, chain[-1], broader)
        return self.found[key].id

    def topics(self) -> tuple[Topic, ...]:
        return tuple(sorted(self.found.values(), key=lambda t: t.id))
