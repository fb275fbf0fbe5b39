"""Phrases that could name a thing, from words tagged by hand."""

from __future__ import annotations

import pytest

from kg.extract.candidates import (
    LONGEST,
    Candidate,
    Mention,
    extract_candidates,
    is_name_like,
    phrases,
)
from kg.lexicon import Lexicon, Term
from kg.model import Kind
from tests.pages import hand_page, parsed

NO_TERMS = Lexicon({})


@pytest.mark.parametrize("name", ["KiteNet", "kITE", "K3", "k3", "3D", "BERT", "B0", "FreeKite++"])
def test_names(name: str):
    assert is_name_like(name)


@pytest.mark.parametrize("word", ["kite", "Kite", "3", "1.5", "-", "", "kite-net", "Kite's"])
def test_ordinary_words(word: str):
    assert not is_name_like(word)


def found(tagged: str) -> set[str]:
    page = hand_page(tagged)
    (sentence,) = page.sentences
    return {page.text(sentence, first, last) for first, last in phrases(sentence)}


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [
        (
            "The/DET deep/ADJ kite/NOUN network/NOUN flies/VERB",
            {"deep kite network", "kite network", "network", "deep kite", "kite"},
        ),
        # What an adjective ends is no name, unless it is written like one.
        ("It/PRON is/AUX deep/ADJ", set()),
        ("It/PRON is/AUX Deep/ADJ", {"Deep"}),
        ("trained/VERB/VBN kites/NOUN", {"trained kites", "kites"}),
        ("kite/NOUN flying/VERB/VBG", {"kite", "kite flying", "flying"}),
        ("kite/NOUN trained/VERB/VBN", {"kite"}),
        # Verbs, pronouns and articles part phrases; a name does not, whatever its tag.
        ("kites/NOUN use/VERB tails/NOUN", {"kites", "tails"}),
        ("kites/NOUN AdaTail/VERB tails/NOUN", {
            "kites", "AdaTail", "tails", "kites AdaTail", "AdaTail tails", "kites AdaTail tails"}),
        ("two/NUM kites/NOUN", {"two kites", "kites"}),
        ("kite/NOUN 2/NUM", {"kite"}),
        # An adverb belongs to what it modifies.
        ("fully/ADV folded/VERB/VBN kite/NOUN", {"fully folded kite", "folded kite", "kite"}),
        ("kite/NOUN fully/ADV", {"kite"}),
        # A slash may stand inside a phrase, not at its ends.
        ("kite/NOUN //SYM tail/NOUN", {"kite", "kite / tail", "tail"}),
        ("kite/NOUN //SYM", {"kite"}),
        # "A of B" is one phrase, besides its two.
        ("area/NOUN of/ADP the/DET kite/NOUN", {"area", "kite", "area of the kite"}),
        ("big/ADJ area/NOUN of/ADP kites/NOUN", {
            "big area", "area", "kites", "area of kites", "big area of kites"}),
        ("area/NOUN in/ADP kites/NOUN", {"area", "kites"}),
        ("./PUNCT ,/PUNCT", set()),
    ],
)  # fmt: skip
def test_phrases(tagged: str, expected: set[str]):
    assert found(tagged) == expected


def test_a_phrase_has_at_most_six_words_and_starts_anywhere():
    lengths = [
        last - first + 1 for first, last in phrases(hand_page("a b c d e f g h").sentences[0])
    ]
    assert max(lengths) == LONGEST == 6
    assert lengths.count(6) == 3


def test_candidates_are_one_for_all_spellings_in_the_order_of_the_text():
    page = hand_page("Our/PRON tail/NOUN wing/NOUN", "A/DET Tail-wing/NOUN and/CCONJ tail/NOUN")
    assert extract_candidates(page, NO_TERMS) == (
        Candidate("tail", (Mention(0, 1, 1, "tail"), Mention(1, 3, 3, "tail"))),
        Candidate("tailwing", (Mention(0, 1, 2, "tail wing"), Mention(1, 1, 1, "Tail-wing"))),
        Candidate("wing", (Mention(0, 2, 2, "wing"),)),
    )


def test_a_single_letter_is_a_candidate_only_as_a_capital():
    page = hand_page("x/NOUN and/CCONJ D/NOUN")
    assert [c.key for c in extract_candidates(page, NO_TERMS)] == ["d"]


def test_the_text_of_a_link_is_a_candidate_whatever_its_words_are():
    page = parsed(
        "#### Kites ([paper](https://arxiv.org/abs/2001.00001))\n\n"
        "The authors build on [what kites can never do](https://arxiv.org/abs/2001.00002) and on "
        "much more of the same.\n"
    )
    labels = {m.label for c in extract_candidates(page, NO_TERMS) for m in c.mentions}
    assert "what kites can never do" in labels


def test_a_known_term_is_a_candidate_whatever_its_words_are():
    term = Term("skip-tail flight", Kind.METHOD)
    page = hand_page("we/PRON skip/VERB tail/VERB flights/VERB")
    assert [c.key for c in extract_candidates(page, NO_TERMS)] == []
    (known,) = extract_candidates(page, Lexicon({"skiptailflight": term}))
    assert known.mentions == (Mention(0, 1, 3, "skip tail flights"),)


def test_the_first_half_of_a_compound_is_a_candidate_of_its_own():
    page = parsed(
        "#### Kites\n\nThe authors train a GRU-based kite-flyer with attention-based tails.\n"
    )
    labels = {m.label for c in extract_candidates(page, NO_TERMS) for m in c.mentions}
    assert {"GRU", "GRU-based kite-flyer", "attention", "attention-based tails"} <= labels
    assert not {"-based", "kite", "-based tails"} & labels
