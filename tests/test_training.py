"""The annotations that the models are fitted on, and the tools that fit and judge them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from kg.extract.findings import MODEL, PAIR_MODEL
from kg.gold import Summary, Triple, read_gold
from kg.lexicon import Lexicon
from kg.model import BETWEEN_ENTITIES, PRIOR_WORK, Kind, Relation
from kg.read import read_source
from tests.pages import finding, hand_page

TRAINING = Path(__file__).resolve().parents[1] / "data" / "training"
TEXTS = TRAINING / "texts"
GOLD = sorted(TRAINING.glob("*.json"))


def words(text: str) -> str:
    """A text without markup, in small letters, its white space made one."""
    bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*_`]", "", bare).lower().split())


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.name: words(path.read_text("utf-8")) for path in TEXTS.iterdir()}


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_every_label_and_every_piece_of_evidence_stands_in_the_text(
    path: Path, texts: dict[str, str]
):
    summaries = read_gold(path)
    assert len(summaries) > 100
    for summary in summaries:
        text = texts[summary.document or ""]
        for triple in summary.triples:
            ends = [triple.labels, *([triple.subject] if triple.subject else [])]
            assert all(any(words(x) in text for x in end) for end in ends), triple
            assert words(triple.sentence) in text, triple


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_relations_lead_where_they_may(path: Path):
    for summary in read_gold(path):
        for triple in summary.triples:
            assert (triple.relation in PRIOR_WORK) == (triple.kind is Kind.PAPER), triple
            assert (triple.relation in BETWEEN_ENTITIES) == bool(triple.subject), triple


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_every_annotated_summary_is_read(path: Path):
    wanted: dict[str, int] = {}
    for summary in read_gold(path):
        wanted[summary.document or ""] = wanted.get(summary.document or "", 0) + 1
    for name, papers in wanted.items():
        found = len(read_source(TEXTS / name, TEXTS).documents)
        assert found == papers, name


def test_sources_are_left_out_alone_or_dealt_into_folds_of_like_size():
    from tools.crossvalidate import fold_sources

    class Some:
        def __init__(self, group: str) -> None:
            self.group = group

    examples = [Some(g) for g in "aaaabbbccd"]
    assert fold_sources(examples, 0) == [["a"], ["b"], ["c"], ["d"]]  # type: ignore[arg-type]
    assert fold_sources(examples, 2) == [["a", "d"], ["b", "c"]]  # type: ignore[arg-type]


def test_confidence_is_calibrated_on_what_proved_right():
    from tools.crossvalidate import Found, calibrate, rights, with_confidence

    page = hand_page("kites/NOUN and/CCONJ tails/NOUN")
    gold = Summary("title:K", "K", (Triple(Relation.USES_METHOD, Kind.METHOD, ("kite",)),))

    def found(label: str, rule: str, confidence: float, times: int) -> list[Found]:
        said = finding(page, Relation.USES_METHOD, label, rule=rule, confidence=confidence)
        return [Found("s", "notes", gold, (("relations", said),))] * times

    # Where a clue agrees, nine in ten are right; where none does, one in ten.
    sample = [
        *found("kites", "uses", 0.5, 900), *found("tails", "uses", 0.5, 100),
        *found("kites", MODEL, 0.5, 100), *found("tails", MODEL, 0.5, 900),
    ]  # fmt: skip
    assert rights(sample[0]) == [True]
    assert rights(sample[950]) == [False]
    weights = calibrate(sample, Lexicon({}))
    confidence = [
        f.findings[0][1].confidence for f in with_confidence(sample, weights, Lexicon({}))
    ]
    assert np.allclose([confidence[0], confidence[-1]], [0.9, 0.1], atol=0.02)


def test_rules_alone_know_no_model():
    """What the fitted models are named by never stands beside a rule of the pattern files."""
    from kg.extract.clues import read_clues

    assert {MODEL, PAIR_MODEL}.isdisjoint(clue.name for clue in read_clues())
