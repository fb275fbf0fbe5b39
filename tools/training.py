"""Annotated summaries as training data, and the models fitted on them.

Needs the extra `fit` (scikit-learn, LightGBM). Everything is seeded, runs on one thread and is
sorted, so that the same gold, versions and processor give the same bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, SGDClassifier

from kg.annotate import annotate, load_pipeline
from kg.extract.candidates import Candidate, extract_candidates
from kg.extract.clues import clue_hits, read_clues
from kg.extract.decide import Thing
from kg.extract.features import PageFeatures
from kg.extract.pair_facts import pair_facts, pairs
from kg.extract.prior_facts import prior_facts
from kg.extract.rates import Rates, count_rates
from kg.extract.relevance import (
    MARGINS,
    OUTCOMES,
    PRIOR,
    Model,
    link_targets,
    second_view,
)
from kg.extract.trees import Linear, Trees, hashed
from kg.extract.vectors import WordVectors
from kg.extract.words import Page, to_page
from kg.lexicon import normal, read_heads, read_lexicon, read_words
from kg.model import BETWEEN_ENTITIES, Document, Kind, Relation
from kg.read import read_source

BUCKETS = 1 << 16
PAIR_BUCKETS = 1 << 15
KIND_BUCKETS = 1 << 13
OTHER_LABEL = 0.5
"""Weight of a candidate that is a further label of a thing, not its first."""

FOLDS = 5
ROUNDS = {"relevance": 110, "prior": 60, "part": 60, "own": 60}


@dataclass
class Example:
    """One annotated summary. `group` is its source: never fitted on and tested on at once."""

    group: str
    paper: dict[str, Any]
    page: Page
    candidates: tuple[Candidate, ...]
    features: PageFeatures
    outcome: NDArray[np.int64]
    prior: NDArray[np.int64]
    part: NDArray[np.int64]
    own: NDArray[np.int64]
    weight: NDArray[np.float64]

    @property
    def names(self) -> set[str]:
        """What says that two examples are about one paper."""
        return _names(self.paper)


def _names(paper: dict[str, Any]) -> set[str]:
    return {paper["id"], normal(paper["title"])}


def paper_names(gold: Path) -> set[str]:
    """What the papers of an annotation file go by; see `Example.names`."""
    papers = json.loads(gold.read_text("utf-8"))["papers"]
    return {name for paper in papers for name in _names(paper)}


# ------------------------------------------------------------------------------ reading


def read_gold(files: Sequence[tuple[Path, Path]]) -> Iterator[tuple[str, dict[str, Any], Document]]:
    """(group, annotated paper, document) for every paper of these (gold file, text folder) pairs.

    The group of a note is its author (the file name up to "__"), else the name of the gold file.
    """
    for gold, folder in files:
        content = json.loads(gold.read_text("utf-8"))
        read: dict[str, tuple[Document, ...]] = {}
        for paper in content["papers"]:
            name = paper.get("document") or content["document"]
            if name not in read:
                read[name] = read_source(folder / name, folder).documents
            document = _matching(read[name], paper)
            if document is not None:
                yield _group(name, gold), paper, document


def _group(name: str, gold: Path) -> str:
    author, mark, _ = name.partition("__")
    return author if mark else gold.stem


def _matching(documents: Sequence[Document], paper: dict[str, Any]) -> Document | None:
    wanted = normal(paper["title"])
    by_title = [d for d in documents if normal(d.paper.title or "") == wanted]
    if by_title:
        return by_title[0]
    by_id = [d for d in documents if f"arxiv:{d.paper.identifiers.arxiv}" == paper["id"]]
    return by_id[0] if by_id else None


def read_examples(files: Sequence[tuple[Path, Path]]) -> list[Example]:
    """Every annotated paper with its candidates, their features and what they should be."""
    found = list(read_gold(files))
    annotations = annotate((document for _, _, document in found), load_pipeline())
    lexicon, heads, generic = read_lexicon(), read_heads(), read_words("generic-words")
    examples = []
    for (group, paper, _), annotation in zip(found, annotations, strict=True):
        page = to_page(annotation)
        candidates = extract_candidates(page, lexicon)
        features = PageFeatures(page, candidates, lexicon, heads, generic)
        outcome, prior, part, own, weight = label(paper, candidates)
        examples.append(
            Example(group, paper, page, candidates, features, outcome, prior, part, own, weight)
        )
    return examples


_OUTCOME = {pair: i for i, pair in enumerate(OUTCOMES) if pair}


def _outcome(triple: dict[str, Any]) -> int:
    relation, kind = Relation(triple["relation"]), Kind(triple["type"])
    if relation is Relation.PROPOSES and kind in (Kind.TASK, Kind.METRIC):
        kind = Kind.DATASET
    return _OUTCOME.get((relation, kind), 0)


def label(
    paper: dict[str, Any], candidates: Sequence[Candidate]
) -> tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]
]:
    """Outcome, prior work, part and own of each candidate, and its weight.

    Of several candidates that are labels of one thing, the first label's counts in full, the
    others less (OTHER_LABEL). `own` marks the labels of the first thing that is proposed.
    """
    by_key: dict[str, list[int]] = {}
    for i, c in enumerate(candidates):
        by_key.setdefault(c.key, []).append(i)

    def hits(labels: Sequence[str]) -> list[int]:
        return list(dict.fromkeys(i for x in labels for i in by_key.get(normal(x), ())))

    n = len(candidates)
    outcome, prior, part, own = (np.zeros(n, dtype=np.int64) for _ in range(4))
    weight = np.ones(n)
    triples = sorted(paper["triples"], key=lambda t: t["relation"] != "proposes")
    for t in triples:
        if t.get("subject"):
            continue
        found = hits(t["labels"])
        if t["type"] == "Paper":
            for i in found[:1]:
                prior[i] = PRIOR.index(Relation(t["relation"]))
            continue
        free = [i for i in found if outcome[i] == 0]
        if not free:
            continue
        if outcome[found[0]] == 0:
            outcome[found[0]] = _outcome(t)
            weight[found[0]] = 1.0
        for i in found[1:]:
            if outcome[i] == 0:
                outcome[i] = _outcome(t)
                weight[i] = OTHER_LABEL
    headline: list[str] = next((t["labels"] for t in triples if t["relation"] == "proposes"), [])
    systems = {normal(x) for x in headline}
    for t in paper["triples"]:
        if t["relation"] == "partOf" and systems & {normal(x) for x in t["labels"]}:
            for i in hits(t["subject"])[:1]:
                part[i] = 1
    for i in hits(headline):
        own[i] = 1
    return outcome, prior, part, own, weight


# -------------------------------------------------------------------------------- pairs


def annotated_things(example: Example) -> list[Thing]:
    """The things of an annotated summary, as if extraction had found exactly them."""
    by_key = {c.key: c for c in example.candidates}
    groups: dict[str, tuple[Kind, list[str]]] = {}

    def add(labels: Sequence[str], kind: Kind) -> None:
        keys = list(dict.fromkeys(normal(x) for x in labels if normal(x) in by_key))
        if not keys:
            return
        known = next((k for k in keys if k in groups), keys[0])
        groups.setdefault(known, (kind, []))[1].extend(k for k in keys)

    triples = example.paper["triples"]
    for t in sorted(triples, key=lambda t: t["relation"] != "proposes"):
        if t["type"] != "Paper":
            add(t["labels"], Kind(t["type"]))
        if t.get("subject"):
            add(t["subject"], Kind.METHOD)
    headline: list[str] = next((t["labels"] for t in triples if t["relation"] == "proposes"), [])
    own = {normal(x) for x in headline}
    clues = read_clues()
    things = []
    for kind, keys in groups.values():
        found = [by_key[k] for k in dict.fromkeys(keys)]
        hits = {n for counts in clue_hits(example.page, found) for n in counts}
        mentions = tuple(sorted(m for c in found for m in c.mentions))
        labels = tuple(dict.fromkeys(m.label for c in found for m in c.mentions))
        things.append(
            Thing(
                labels, mentions, kind, Relation.DISCUSSES, 1.0, False, 0.0, (), 0.0,
                frozenset(clues[n].name for n in hits), 0.0, None, bool(own & set(keys)),
            )
        )  # fmt: skip
    return things


def pair_rows(examples: Sequence[Example]) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Facts of every pair of annotated things, and 1 + the place in BETWEEN_ENTITIES, or 0."""
    facts, targets = [], []
    for example in examples:
        things = annotated_things(example)
        own = next((t for t in things if t.own), None)
        said = {
            (normal(x), normal(y)): 1 + BETWEEN_ENTITIES.index(Relation(t["relation"]))
            for t in example.paper["triples"]
            if t.get("subject")
            for x in t["subject"]
            for y in t["labels"]
        }
        for a, b in pairs(things, own):
            facts.append(pair_facts(example.page, a, b, own))
            keys = [(normal(x), normal(y)) for x in a.labels for y in b.labels]
            targets.append(next((said[k] for k in keys if k in said), 0))
    return facts, np.array(targets)


def fit_pairs(examples: Sequence[Example]) -> Linear:
    """One logistic regression a relation between things."""
    facts, targets = pair_rows(examples)
    x = _sparse(facts, PAIR_BUCKETS)
    weights = np.zeros((PAIR_BUCKETS, len(BETWEEN_ENTITIES)), dtype=np.float32)
    bias = np.zeros(len(BETWEEN_ENTITIES), dtype=np.float32)
    for column in range(len(BETWEEN_ENTITIES)):
        model = SGDClassifier(
            loss="log_loss", alpha=1e-4, max_iter=10, tol=None, average=True, random_state=0
        )
        model.fit(x, targets == column + 1)
        weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return Linear(weights, bias)


# --------------------------------------------------------------------------- prior work


def fit_kinds(examples: Sequence[Example]) -> Linear:
    """One multinomial logistic regression over the facts of what names another paper."""
    facts, targets = [], []
    for e in examples:
        links = link_targets(e.page, e.candidates)
        for i in np.flatnonzero(e.prior):
            facts.append(prior_facts(e.page, e.candidates[i].mentions, links[i]))
            targets.append(int(e.prior[i]) - 1)
    weights = np.zeros((KIND_BUCKETS, len(PRIOR) - 1), dtype=np.float32)
    bias = np.full(len(PRIOR) - 1, -12.0, dtype=np.float32)
    if len(set(targets)) > 1:
        model = LogisticRegression(C=0.02, max_iter=500)
        model.fit(_sparse(facts, KIND_BUCKETS), targets)
        coefficients, intercept = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            coefficients, intercept = (
                np.vstack([-coefficients, coefficients]),
                np.array([-intercept[0], intercept[0]]),
            )
        weights[:, model.classes_] = coefficients.T
        bias[model.classes_] = intercept
    return Linear(weights, bias)


# ------------------------------------------------------------------------------ fitting


def fit_linear(examples: Sequence[Example]) -> Linear:
    """One-against-the-rest logistic regressions over hashed facts."""
    x = _matrix(examples)
    outcome = np.concatenate([e.outcome for e in examples])
    prior = np.concatenate([e.prior for e in examples])
    part = np.concatenate([e.part for e in examples])
    weight = np.concatenate([e.weight for e in examples])
    nothing = (outcome == 0) & (prior == 0) & (part == 0)
    targets = [nothing, *(outcome == i for i in range(1, len(OUTCOMES)))]
    targets += [prior == i for i in range(1, len(PRIOR))] + [part == 1]
    weights = np.zeros((BUCKETS, MARGINS), dtype=np.float32)
    bias = np.zeros(MARGINS, dtype=np.float32)
    for column, target in enumerate(targets):
        if not target.any():
            bias[column] = -12.0
            continue
        model = SGDClassifier(
            loss="log_loss", alpha=1e-4, max_iter=6, tol=None, average=True, random_state=0
        )
        model.fit(x, target, sample_weight=weight)
        weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return Linear(weights, bias)


def fit_rates(examples: Sequence[Example]) -> Rates:
    """Counts of the outcomes of words; candidates that are neither right nor wrong left out."""
    return count_rates(
        (
            (
                [f for f, w in zip(e.features.rated, e.weight, strict=True) if w],
                [int(o) for o, w in zip(e.outcome, e.weight, strict=True) if w],
            )
            for e in examples
        ),
        len(OUTCOMES),
    )


def _matrix(examples: Sequence[Example]) -> csr_matrix:
    return _sparse([facts for e in examples for facts in e.features.sparse], BUCKETS)


def _sparse(rows: Sequence[Sequence[str]], buckets: int) -> csr_matrix:
    index, ends = [], [0]
    for facts in rows:
        index.append(hashed(facts, buckets))
        ends.append(ends[-1] + len(index[-1]))
    columns = np.concatenate(index)
    values = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((values, columns, np.array(ends)), shape=(len(ends) - 1, buckets))


def _fold(example: Example) -> int:
    name = example.paper.get("document") or example.paper["title"]
    return zlib.crc32(f"{example.group}/{name[:60]}".encode()) % FOLDS


def fit(examples: Sequence[Example], vectors: WordVectors) -> Model:
    """The two steps; the margins that the trees see come from folds without the paper."""
    rows: list[tuple[NDArray[np.float32], Example, NDArray[np.intp]]] = []
    for fold in range(FOLDS):
        held = [e for e in examples if _fold(e) == fold]
        if not held:
            continue
        others = [e for e in examples if _fold(e) != fold]
        linear, rates = fit_linear(others), fit_rates(others)
        for e in held:
            margins = linear.raw(e.features.sparse)
            kept, x, _, _ = second_view(e.page, e.candidates, e.features, margins, rates, vectors)
            rows.append((x, e, kept))
    x = np.vstack([r[0] for r in rows])
    weight = np.concatenate([e.weight[kept] for _, e, kept in rows])
    outcome = np.concatenate([e.outcome[kept] for _, e, kept in rows])
    prior = np.concatenate([e.prior[kept] for _, e, kept in rows])
    part = np.concatenate([e.part[kept] for _, e, kept in rows])
    own = np.concatenate([e.own[kept] for _, e, kept in rows])
    return Model(
        fit_linear(examples),
        fit_rates(examples),
        boost(x, outcome, weight, len(OUTCOMES), ROUNDS["relevance"]),
        boost(x, prior > 0, np.ones(len(x)), 1, ROUNDS["prior"]),
        boost(x, part, weight, 1, ROUNDS["part"]),
        boost(x, own, np.ones(len(x)), 1, ROUNDS["own"]),
        fit_kinds(examples),
        fit_pairs(examples),
        vectors,
    )


def boost(
    x: NDArray[np.float32],
    y: NDArray[np.int64] | NDArray[np.bool_],
    weight: NDArray[np.float64],
    outputs: int,
    rounds: int,
) -> Trees:
    """Gradient-boosted trees: softmax over `outputs`, or one logistic output."""
    parameters = {
        "objective": "multiclass" if outputs > 1 else "binary",
        "learning_rate": 0.07,
        "num_leaves": 24,
        "max_depth": 8,
        "min_data_in_leaf": 30,
        "feature_fraction": 0.4,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "verbose": -1,
        "num_threads": 1,
        "seed": 1,
        "deterministic": True,
        "force_row_wise": True,
    }
    if outputs > 1:
        parameters["num_class"] = outputs
    # Here, so that reading and scoring need no LightGBM.
    import lightgbm

    booster = lightgbm.train(parameters, lightgbm.Dataset(x, y, weight=weight), rounds)
    return flatten(booster.dump_model(), outputs)


def flatten(dumped: dict[str, Any], outputs: int) -> Trees:
    """LightGBM's nested trees as flat arrays."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    roots: list[int] = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        at = len(feature)
        feature.append(node.get("split_feature", 0))
        threshold.append(node.get("threshold", 0.0))
        value.append(node.get("leaf_value", 0.0))
        left.append(at)
        right.append(at)
        if "left_child" in node:
            left[at] = add(node["left_child"], depth + 1)
            right[at] = add(node["right_child"], depth + 1)
        return at

    for tree in dumped["tree_info"]:
        roots.append(add(tree["tree_structure"], 0))
    return Trees(
        np.array(feature, np.intp),
        np.array(threshold, np.float32),
        np.array([left, right], np.intp).T.reshape(-1),
        np.array(value, np.float32),
        np.array(roots, np.intp),
        outputs,
        deepest,
    )
