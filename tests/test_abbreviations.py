"""Abbreviations that a sentence explains, and words that only look like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.abbreviations import extract_abbreviations, find_long


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "The kites use Adaptive Wind Normalization (AdaWN).",
            [("AdaWN", "Adaptive Wind Normalization")],
        ),
        (
            "AdaWN (Adaptive Wind Normalization) keeps them up.",
            [("AdaWN", "Adaptive Wind Normalization")],
        ),
        ("The wind prediction networks (WPNs) fail.", [("WPNs", "wind prediction networks")]),
        ("A graph kite network, or GKN, is used.", [("GKN", "graph kite network")]),
        ("A graph kite network, a.k.a. GKN.", [("GKN", "graph kite network")]),
        ("The mean kite precision (mKP; higher is better).", [("mKP", "mean kite precision")]),
        ("A mixture of kites (MoK) flies.", [("MoK", "mixture of kites")]),
        (
            "A tail loss (TL), then a string loss (SL).",
            [("TL", "tail loss"), ("SL", "string loss")],
        ),
        ("Fully Convolutional Kite Search (FCKS)", [("FCKS", "Fully Convolutional Kite Search")]),
        ("It learns by self-supervised soaring (SSS).", [("SSS", "self-supervised soaring")]),
        ("A graph kite network, or GKN", [("GKN", "graph kite network")]),
        (
            "CLIK, short for Contrastive Language-Image Kites, flies.",
            [("CLIK", "Contrastive Language-Image Kites")],
        ),
    ],
)
def test_explained_abbreviations(sentence: str, expected: list[tuple[str, str]]):
    assert list(extract_abbreviations(sentence)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The network (see Fig. 2) flies.",
        "A convolutional kite (e.g., KiteNet) flies.",
        "KiteNet (Otto et al., 2016) flies.",
        "It beats the results (SOTA).",
        "An image (I) is folded.",
        "The L2 loss (MSE) falls.",
        "A kite (or bird) flies.",
        "Kites (green) fly.",
        "The KiteNet baseline (KN1) is the kite (KITE).",
        "An unclosed bracket (AB",
        "(AB)",
        "",
    ],
)
def test_other_brackets_explain_nothing(sentence: str):
    assert list(extract_abbreviations(sentence)) == []


@pytest.mark.parametrize(
    ("short", "text", "expected"),
    [
        ("GKN", "they train graph kite networks", "graph kite networks"),
        ("GKNs", "they train graph kite networks", "graph kite networks"),
        ("KiNo", "uses Kite Normalization", "Kite Normalization"),
        ("GKN", "they fly", None),
        ("GKN", "g k", None),
        ("KN", "the KN", None),
        ("GKN", "growing. Kite networks", None),
        ("GK", "graph (a kite", None),
        ("", "graph", None),
        ("...", "graph", None),
        ("GK", "", None),
        # The long form has at most two words more than the short form has letters.
        ("TN", "tails we are never nets", None),
        ("TN", "tails are not nets", "tails are not nets"),
    ],
)
def test_find_long(short: str, text: str, expected: str | None):
    assert find_long(short, text) == expected


@given(st.text(alphabet="abAB ()-,.", max_size=40))
def test_what_is_found_stands_in_the_text(text: str):
    for short, long in extract_abbreviations(text):
        assert short in text
        assert long in " ".join(text.split())
        assert len(long) > len(short)
