"""How well a graph agrees with hand-made annotations (data/gold/GUIDELINES.md).

strict   relation and kind equal, and one normalised label in common; between papers the same
         identifier will do
relaxed  as strict, or the same head word and more than half of the words in common
entity   as relaxed, the relation left out: was the thing found at all, with the right kind

Matching is one to one and maximal, paper by paper and source by source. A gold triple that is
not required is acceptable: finding it costs no precision, missing it no recall. At most five
labels of a prediction are looked at, so naming a thing by every phrase around it gains nothing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath

from kg.gold import Summary, Triple, is_called
from kg.graph import Graph
from kg.model import Assertion, Entity, Identifiers, Paper, Relation

MOST_LABELS = 5
"""How many labels of a prediction are compared."""

_DROPPED_FIRST = frozenset(["a", "an", "the", "this", "their", "its", "novel", "new", "proposed"])
_PUNCTUATION = re.compile(r"[^\w\s\-‐-―/+.]")
_SEPARATORS = re.compile(r"[\s\-‐-―_/]+")


class Mode(StrEnum):
    """How closely a prediction has to agree."""

    STRICT = "strict"
    RELAXED = "relaxed"
    ENTITY = "entity"


class By(StrEnum):
    """What the rows of a score table stand for."""

    RELATION = "relation"
    PAPER = "paper"
    SOURCE = "source"
    TYPE = "type"


# ------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Counts:
    """What precision and recall are made of."""

    hits: int = 0
    predicted: int = 0
    found: int = 0
    required: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.hits + other.hits,
            self.predicted + other.predicted,
            self.found + other.found,
            self.required + other.required,
        )

    @property
    def precision(self) -> float:
        """Share of the predicted triples that the gold has."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the required triples that were predicted."""
        return self.found / self.required if self.required else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """One summary held against its gold: what agrees, what is wrong, what is missed."""

    document: str | None
    title: str
    matched: tuple[tuple[Triple, Triple], ...]
    wrong: tuple[Triple, ...]
    missed: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a score table."""

    mode: Mode
    name: str
    counts: Counts


# ------------------------------------------------------------------------------- labels


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s")


@lru_cache(maxsize=1 << 16)
def normal(label: str) -> tuple[str, ...]:
    """The words of a label: lower case, singular, without article, hyphens and punctuation."""
    text = unicodedata.normalize("NFKC", label).lower()
    text = _SEPARATORS.sub(" ", _PUNCTUATION.sub("", text))
    words = [_singular(word.strip(".")) for word in text.split()]
    while words and words[0] in _DROPPED_FIRST:
        words.pop(0)
    return tuple(word for word in words if word)


@lru_cache(maxsize=1 << 16)
def _joined(label: str) -> str:
    return "".join(normal(label))


def _alike(gold: Sequence[str], predicted: Sequence[str], relaxed: bool) -> bool:
    predicted = predicted[:MOST_LABELS]
    if {_joined(x) for x in gold} & {_joined(x) for x in predicted} - {""}:
        return True
    return relaxed and any(_overlap(normal(g), normal(p)) for g in gold for p in predicted)


def _overlap(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """The same head word, and more than half of the words in common."""
    if not a or not b or a[-1] != b[-1]:
        return False
    first, second = set(a), set(b)
    return 2 * len(first & second) > max(len(first), len(second))


# ----------------------------------------------------------------------------- matching


def _same_object(gold: Triple, predicted: Triple, relaxed: bool) -> bool:
    if gold.id and gold.id == predicted.id:
        return True
    return _alike(gold.labels, predicted.labels, relaxed)


def agrees(gold: Triple, predicted: Triple, mode: Mode) -> bool:
    """Whether a prediction says what a gold triple says."""
    if gold.kind != predicted.kind:
        return False
    if mode is Mode.ENTITY:
        return _same_object(gold, predicted, relaxed=True)
    if gold.relation != predicted.relation or bool(gold.subject) != bool(predicted.subject):
        return False
    relaxed = mode is Mode.RELAXED
    if gold.subject and not _alike(gold.subject, predicted.subject, relaxed):
        return False
    return _same_object(gold, predicted, relaxed)


def _things(triples: Sequence[Triple]) -> tuple[Triple, ...]:
    """One triple a thing, however many relations lead to it."""
    kept: list[Triple] = []
    for triple in triples:
        if triple.subject:
            continue
        for i, twin in enumerate(kept):
            if agrees(twin, triple, Mode.ENTITY):
                kept[i] = replace(
                    twin,
                    labels=twin.labels + triple.labels,
                    required=twin.required or triple.required,
                )
                break
        else:
            kept.append(triple)
    return tuple(kept)


def _align(gold: Sequence[Triple], predicted: Sequence[Triple], mode: Mode) -> dict[int, int]:
    """Maximum one-to-one matching, index of prediction -> index of gold (Kuhn 1955).

    Required gold is served first, by augmenting paths. A second prediction of a thing that is
    already found stays free and costs precision.
    """
    order = sorted(range(len(gold)), key=lambda i: not gold[i].required)
    edges = {i: [j for j, p in enumerate(predicted) if agrees(gold[i], p, mode)] for i in order}
    owner: dict[int, int] = {}

    def serve(i: int, tried: set[int]) -> bool:
        for j in edges[i]:
            if j not in tried:
                tried.add(j)
                if j not in owner or serve(owner[j], tried):
                    owner[j] = i
                    return True
        return False

    for i in order:
        serve(i, set())
    return owner


def judge(
    gold: Summary,
    predicted: Sequence[Triple],
    mode: Mode,
    relations: Collection[Relation] = tuple(Relation),
) -> Judgement:
    """Hold the predicted triples of one summary against its gold, `relations` only."""
    wanted = [t for t in gold.triples if t.relation in relations]
    offered = [t for t in predicted if t.relation in relations]
    if mode is Mode.ENTITY:
        wanted, offered = list(_things(wanted)), list(_things(offered))
    owner = _align(wanted, offered, mode)
    found = set(owner.values())
    return Judgement(
        document=gold.document,
        title=gold.title,
        matched=tuple((wanted[i], offered[j]) for j, i in owner.items()),
        wrong=tuple(t for j, t in enumerate(offered) if j not in owner),
        missed=tuple(t for i, t in enumerate(wanted) if t.required and i not in found),
    )


def judge_all(
    gold: Iterable[Summary],
    predicted: Iterable[Summary],
    mode: Mode,
    relations: Collection[Relation] = tuple(Relation),
) -> tuple[Judgement, ...]:
    """Judge every summary of the gold against the prediction for the same paper and document.

    A paper is found by its arXiv id, else by its title. Papers that the gold does not have are
    not looked at.
    """
    found: dict[tuple[str | None, str], tuple[Triple, ...]] = {}
    predicted = list(predicted)
    for name in (_paper_key, _title_key):
        found |= {(p.document, name(p)): p.triples for p in predicted}
    return tuple(
        judge(
            paper,
            found.get((paper.document, _paper_key(paper)))
            or found.get((paper.document, _title_key(paper)), ()),
            mode,
            relations,
        )
        for paper in gold
    )


def _title_key(paper: Summary) -> str:
    return "title:" + _joined(paper.title)


def _paper_key(paper: Summary) -> str:
    return paper.id if paper.id.startswith("arxiv:") else _title_key(paper)


# ------------------------------------------------------------------------------- tables


def _name(judgement: Judgement, triple: Triple, by: By) -> str:
    match by:
        case By.RELATION:
            return triple.relation.value
        case By.TYPE:
            return triple.kind.value
        case By.SOURCE:
            return judgement.document or ""
        case By.PAPER:
            return judgement.title


def tabulate(judgements: Iterable[Judgement], mode: Mode, by: By | None = None) -> tuple[Row, ...]:
    """A row for all, then one for each relation, paper, source or type, sorted by name."""
    table: defaultdict[str, Counts] = defaultdict(Counts)
    total = Counts()
    for judgement in judgements:
        counted = [
            *((g, Counts(1, 1, g.required, g.required)) for g, _ in judgement.matched),
            *((p, Counts(predicted=1)) for p in judgement.wrong),
            *((g, Counts(required=1)) for g in judgement.missed),
        ]
        for triple, counts in counted:
            total += counts
            if by is not None:
                table[_name(judgement, triple, by)] += counts
    return (Row(mode, "all", total), *(Row(mode, k, table[k]) for k in sorted(table)))


# -------------------------------------------------------------------------- predictions


def predictions(graph: Graph, gold: Iterable[Summary]) -> tuple[Summary, ...]:
    """What a graph says in the documents that the gold names, one source at a time.

    A document that is no source of the graph has nothing predicted. Gold that names no document
    is held against everything that the graph says about a paper.
    """
    names = {s.document for s in gold}
    documents = sorted(name for name in names if name is not None)
    if len(documents) == len(graph.sources) == 1:
        found: dict[str, str | None] = {graph.sources[0].id: documents[0]}
    else:
        found = {
            s.id: d for d in documents for s in graph.sources if is_called(PurePosixPath(s.path), d)
        }
    predicted = summaries(graph, found)
    if None in names:
        predicted += summaries(graph, {source.id: None for source in graph.sources})
    return predicted


def _is_bookkeeping(assertion: Assertion) -> bool:
    """That the generator of one system is a generator: a node's scope, not what a summary says."""
    kind, _, part = assertion.subject.partition("/")
    return (
        assertion.relation is Relation.VARIANT_OF
        and "/" in part
        and assertion.object == f"{kind}/{part.rpartition('/')[2]}"
    )


def summaries(graph: Graph, documents: Mapping[str, str | None]) -> tuple[Summary, ...]:
    """The triples under each paper that the sources summarise; `documents` names the sources.

    A triple stands under the paper whose summary carries its evidence, so one triple may stand
    under several papers.
    """
    said: defaultdict[tuple[str | None, str], list[Assertion]] = defaultdict(list)
    quotes: defaultdict[tuple[str | None, str, str], list[str]] = defaultdict(list)
    for assertion in graph.assertions:
        if _is_bookkeeping(assertion):
            continue
        for evidence in assertion.evidence:
            if evidence.source not in documents:
                continue
            key = documents[evidence.source], evidence.about
            if not said[key] or said[key][-1] is not assertion:
                said[key].append(assertion)
            for end in (assertion.subject, assertion.object):
                quotes[*key, end].append(evidence.quote)

    def triple(document: str | None, about: str, assertion: Assertion) -> Triple:
        def labels(end: str) -> tuple[str, ...]:
            return labels_in(graph.by_id[end], quotes[document, about, end])

        thing = graph.by_id[assertion.object]
        return Triple(
            relation=assertion.relation,
            kind=thing.kind,
            labels=labels(assertion.object),
            subject=() if assertion.subject == about else labels(assertion.subject),
            id=identifier(thing.identifiers) if isinstance(thing, Paper) else None,
            sentence=next((e.quote for e in assertion.evidence if e.about == about), ""),
        )

    summarised = dict.fromkeys(
        (documents[s.id], paper)
        for s in graph.sources
        if s.id in documents
        for paper in s.summarises
    )
    papers = {paper.id: paper for paper in graph.papers}
    return tuple(
        Summary(
            id=identifier(papers[about].identifiers) or "",
            title=papers[about].title or papers[about].name,
            triples=tuple(triple(document, about, a) for a in said[document, about]),
            document=document,
        )
        for document, about in summarised
    )


def labels_in(entity: Entity, quotes: Iterable[str]) -> tuple[str, ...]:
    """Every label of an entity: the name, then the forms in `quotes` (most used first), the rest.

    The title of a paper counts as one of its forms.
    """
    forms = set(entity.aliases)
    if isinstance(entity, Paper) and entity.title:
        forms.add(entity.title)
    forms.discard(entity.name)
    text = "\n".join(quotes)
    used = {f: len(re.findall(rf"(?<!\w){re.escape(f)}(?!\w)", text, re.I)) for f in forms}
    return (entity.name, *sorted(forms, key=lambda form: (-used[form], form)))


def identifier(identifiers: Identifiers) -> str | None:
    """A paper's identifier as gold files write it: "arxiv:...", else "doi:...", else "url:..."."""
    for scheme in ("arxiv", "doi", "url"):
        value = getattr(identifiers, scheme)
        if value:
            return f"{scheme}:{value}"
    return None
