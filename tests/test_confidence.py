"""Calibrated confidence: what raises it, what does not."""

from __future__ import annotations

import math

import pytest

from kg.extract import extractors, read_thresholds
from kg.extract.confidence import Calibration, calibrated, read_calibrations, readers
from kg.extract.findings import MODEL, PAIR_MODEL, Finding, Support
from kg.extract.relevance import read_model
from kg.lexicon import Lexicon, Term
from kg.model import Kind, Relation
from tests.pages import finding, hand_page

PAGE = hand_page("the/DET kite/NOUN uses/VERB tails/NOUN and/CCONJ wings/NOUN")
KNOWN = Lexicon({"tail": Term("tail", Kind.METHOD), "wing": Term("wing", Kind.CONCEPT)})
WEIGHTS = {"relations": Calibration(0.5, 1.0, 2.0, {Relation.USES_METHOD: -0.25})}


def said(label: str = "tails", rule: str = MODEL, confidence: float = 0.5) -> Finding:
    return finding(PAGE, Relation.USES_METHOD, label, rule=rule, confidence=confidence)


def odds(found: Finding) -> float:
    return round(math.log(found.confidence / (1 - found.confidence)), 6)


def test_readers_are_the_model_the_patterns_and_the_lexicon():
    assert readers(said(), KNOWN) == (0.0, False, True)
    assert readers(said(rule="uses"), KNOWN) == (0.0, True, True)
    assert readers(said(rule=PAIR_MODEL), Lexicon({})) == (0.0, False, False)
    assert readers(said("wings"), KNOWN) == (0.0, False, False)


def test_agreement_of_each_reader_adds_its_weight_to_the_log_odds():
    def of(found: Finding, lexicon: Lexicon) -> float:
        return odds(calibrated(found, "relations", lexicon, WEIGHTS))

    assert of(said(), Lexicon({})) == -0.25
    assert of(said(rule="uses"), Lexicon({})) == 0.75
    assert of(said(rule="uses"), KNOWN) == 2.75
    sure = said(confidence=0.9)
    assert of(sure, Lexicon({})) == round(0.5 * math.log(9) - 0.25, 6)


def test_repetition_inside_a_summary_changes_nothing():
    once = said(rule="uses")
    (support,) = once.support
    often = Finding(None, once.relation, once.object, (support,) * 5, once.confidence)
    assert (
        calibrated(once, "relations", KNOWN, WEIGHTS).confidence
        == calibrated(often, "relations", KNOWN, WEIGHTS).confidence
    )


def test_one_clue_among_the_supports_is_enough():
    (support,) = said(rule="uses").support
    mixed = Finding(
        None,
        Relation.USES_METHOD,
        said().object,
        (Support(support.mention, MODEL), support),
        0.5,
    )
    assert readers(mixed, KNOWN)[1]


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_no_probability_is_so_sure_that_it_breaks_the_logarithm(confidence: float):
    found = calibrated(said(confidence=confidence), "relations", KNOWN, WEIGHTS)
    assert 0 < found.confidence < 1


def test_what_nothing_was_fitted_for_is_left_as_it_is():
    assert calibrated(said(), "kites", KNOWN, WEIGHTS) == said()


def test_shipped_weights_are_there_for_every_extractor_and_agreement_never_lowers():
    weights = read_calibrations()
    assert set(weights) == set(extractors(read_thresholds(), read_model()))
    for name, w in weights.items():
        assert w.slope > 0, name
        assert w.clue >= 0, name
        assert w.term >= 0, name
