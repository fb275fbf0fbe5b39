"""The annotations that the models are fitted on, and the tools that fit and judge them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from kg.extract.clues import read_clues
from kg.extract.findings import MODEL, PAIR_MODEL
from kg.extract.relevance import OUTCOMES
from kg.gold import Summary, Triple, read_gold
from kg.lexicon import Lexicon, normal
from kg.model import BETWEEN_ENTITIES, PRIOR_WORK, Kind, Relation
from kg.read import read_source
from tests.pages import finding, hand_page
from tools.ablations import without
from tools.crossvalidate import (
    Found,
    calibrate,
    find_in,
    fold_sources,
    reliability_rows,
    rights,
    score_rows,
    with_confidence,
)
from tools.training import Example, paper_names, read_examples

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
    class Some:
        def __init__(self, group: str) -> None:
            self.group = group

    examples = [Some(g) for g in "aaaabbbccd"]
    assert fold_sources(examples, 0) == [["a"], ["b"], ["c"], ["d"]]  # type: ignore[arg-type]
    assert fold_sources(examples, 2) == [["a", "d"], ["b", "c"]]  # type: ignore[arg-type]


def test_confidence_is_calibrated_on_what_proved_right():
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
    assert {MODEL, PAIR_MODEL}.isdisjoint(clue.name for clue in read_clues())


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    """Three annotated summaries of one file."""
    folder = tmp_path_factory.mktemp("gold")
    stored = json.loads((TRAINING / "sections.json").read_text("utf-8"))
    gold = folder / "sections.json"
    gold.write_text(json.dumps({"papers": stored["papers"][:3]}), "utf-8")
    return read_examples([(gold, TEXTS)])


def test_candidates_are_labelled_with_what_the_gold_says_of_them(examples: list[Example]):
    for example in examples:
        proposed = {
            normal(label)
            for t in example.paper["triples"]
            if t["relation"] == "proposes"
            for label in t["labels"]
        }
        at = [OUTCOMES[i] for i in example.outcome]
        named = [
            key
            for outcome, key in zip(at, (c.key for c in example.candidates), strict=True)
            if outcome and outcome[0] is Relation.PROPOSES
        ]
        assert named
        assert set(named) <= proposed


def test_rules_alone_find_something_and_a_source_is_scored_by_its_name(examples: list[Example]):
    found = find_in(["wintersfield"], [], examples, "model")
    assert [f.source for f in found] == ["wintersfield"] * 3
    assert {f.sort for f in found} == {"notes"}
    (row, total) = score_rows(found, 0.0)
    assert (row[:2], total[:2]) == (("wintersfield", "3"), ("all notes", "3"))
    assert row[2:] == total[2:]
    assert 0.1 < float(row[4]) < 0.9
    assert sum(int(r[1]) for r in reliability_rows(found)) == sum(len(f.findings) for f in found)


def test_a_part_is_back_after_an_ablation():
    everything = read_clues()
    with without("patterns"):
        assert read_clues() == ()
    assert read_clues() == everything
    with without(None):
        assert read_clues() == everything


def test_papers_of_a_test_are_told_by_id_and_title(tmp_path: Path):
    gold = tmp_path / "gold.json"
    papers = [{"id": "arxiv:2001.00001", "title": "Kites: a Study", "triples": []}]
    gold.write_text(json.dumps({"papers": papers}), "utf-8")
    assert paper_names(gold) == {"arxiv:2001.00001", normal("Kites: a Study")}
