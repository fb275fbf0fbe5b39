"""Extraction without one of its parts, to see what the part is worth.

lexicon   no known terms; head words, shapes and contexts are left
patterns  no clues, no patterns of prior work and of pairs
model     no fitted part: known terms and head words give the kind, clues the relation
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

import numpy as np

from kg.extract import clues, pairs, prior_work
from kg.extract.clues import clue_hits, read_clues
from kg.extract.features import INDEX
from kg.extract.relevance import OUTCOMES, Scored, link_targets
from kg.extract.trees import Linear
from kg.lexicon import Lexicon
from kg.model import PRIOR_WORK, Kind, Relation
from kg.read.identifiers import is_prior_work_link
from kg.resolve import RELATION_TO
from tools.training import Example

ABLATIONS = ("lexicon", "patterns", "model")

_KNOWN, _HEAD, _NAME, _CLUE = 0.5, 0.35, 0.25, 0.15
"""What a known term, a head word, the shape of a name and an agreeing clue add."""


@contextmanager
def without(part: str | None) -> Iterator[None]:
    """Everything inside runs without this part."""
    with ExitStack() as stack:
        if part == "lexicon":
            stack.enter_context(mock.patch("tools.training.read_lexicon", return_value=Lexicon({})))
        if part == "patterns":
            for module in (clues, pairs, prior_work):
                stack.enter_context(mock.patch.object(module, "read_patterns", return_value=[]))
            _forget()
            stack.callback(_forget)
        yield


def _forget() -> None:
    for cached in (
        clues.read_clues, clues.extract_clues, clues._openings, clues._ungated, clues._any_after,
        pairs._patterns, prior_work._worth,
    ):  # fmt: skip
        cached.cache_clear()


class Rules:
    """What stands for the model where nothing is fitted."""

    kinds = Linear(
        np.zeros((1, len(PRIOR_WORK)), np.float32), np.zeros(len(PRIOR_WORK), np.float32)
    )
    pairs = Linear(np.zeros((1, 3), np.float32), np.full(3, -9.0, np.float32))


def score_by_rules(example: Example) -> Scored:
    """Every candidate as what its kind and the clues beside it say."""
    n = len(example.candidates)
    relevance = np.zeros((n, len(OUTCOMES)), np.float32)
    prior, part, own = (np.zeros(n, np.float32) for _ in range(3))
    numbers = example.features.dense(range(n))
    targets = link_targets(example.page, example.candidates)
    hits = clue_hits(example.page, example.candidates)
    names = [clue.name for clue in read_clues()]
    speaks = [clue.relation for clue in read_clues()]
    for i, counts in enumerate(hits):
        term, kind = example.features.terms[i], example.features.kinds[i]
        is_name = bool(numbers[i, INDEX["name_like"]])
        base = _KNOWN if term else _HEAD if kind else _NAME if is_name else 0.0
        kind = term.kind if term else kind or Kind.METHOD
        said = [speaks[number] for number in counts]
        introduced = Relation.PROPOSES in said and kind in (Kind.METHOD, Kind.LOSS, Kind.DATASET)
        relation = Relation.PROPOSES if introduced else RELATION_TO[kind]
        if base and numbers[i, INDEX["maximal"]]:
            at = OUTCOMES.index((relation, kind))
            relevance[i, at] = min(0.95, base + _CLUE * (relation in said))
        named = {names[number] for number in counts}
        own[i] = 0.8 * (is_name and bool(named & {"title-name", "proposed"}))
        part[i] = 0.5 * ("consists-of" in named)
        is_link = targets[i] is not None and is_prior_work_link(targets[i] or "")
        prior[i] = (
            0.9 if is_link else 0.6 * bool(term and term.system and set(said) & set(PRIOR_WORK))
        )
    relevance[:, 0] = 1 - relevance.sum(axis=1)
    return Scored(
        example.page,
        example.candidates,
        relevance,
        prior,
        part,
        own,
        tuple(tuple(sorted(h)) for h in hits),
        targets,
    )
