"""The numbers that a fitted model sees of a candidate, on pages written by hand."""

from __future__ import annotations

import pytest

from kg.extract.candidates import extract_candidates
from kg.extract.features import INDEX, PageFeatures
from kg.extract.words import Page
from kg.lexicon import Lexicon
from tests.pages import parsed

LINK = "([paper](https://arxiv.org/abs/2001.00001))"


def numbers(page: Page, name: str) -> dict[str, float]:
    """One number of every candidate, by its first label."""
    candidates = extract_candidates(page, Lexicon({}))
    features = PageFeatures(page, candidates, Lexicon({}), {}, frozenset())
    table = features.dense(range(len(candidates)))
    return {
        c.mentions[0].label: round(float(row[INDEX[name]]), 3)
        for c, row in zip(candidates, table, strict=True)
    }


@pytest.mark.xfail(strict=True, reason="the shipped weights were fitted on it as it is")
def test_title_words_are_those_of_the_label_that_stand_in_the_title():
    page = parsed(f"#### Folding Kites {LINK}\n\nThe authors use paper kites and a tail.\n")
    found = numbers(page, "title_words")
    assert (found["Kites"], found["paper kites"], found["tail"]) == (1.0, 0.5, 0.0)


@pytest.mark.xfail(strict=True, reason="the shipped weights were fitted on it as it is")
def test_item_share_is_that_of_the_sentences_in_lists():
    page = parsed(
        f"#### Folding Kites {LINK}\n\nWe propose kites that fly.\n\n- a tail\n- a string\n"
    )
    assert set(numbers(page, "item_share").values()) == {0.5}
    page = parsed(f"#### Folding Kites {LINK}\n\nThe authors propose kites that fly with a tail.\n")
    assert set(numbers(page, "item_share").values()) == {0.0}


def test_rows_are_those_that_were_asked_for():
    page = parsed(f"#### Folding Kites {LINK}\n\nThe authors propose kites that fly with a tail.\n")
    candidates = extract_candidates(page, Lexicon({}))
    features = PageFeatures(page, candidates, Lexicon({}), {}, frozenset())
    every = features.dense(range(len(candidates)))
    assert (features.dense([1]) == every[1:2]).all()
    assert features.dense([]).shape == (0, len(INDEX))


def test_capitals_inside_count_where_no_sentence_begins():
    page = parsed(
        f"#### Folding Kites {LINK}\n\nTailNet flies. The authors use TailNet for their kites.\n"
    )
    assert numbers(page, "capital_inside")["TailNet"] == 1.0
