"""Words beside a mention that speak for a relation: the shipped patterns, and their reading."""

from __future__ import annotations

import re
import time

import pytest

from kg.extract.clues import compile_clue, extract_clues, read_clues, small
from kg.model import PRIOR_WORK, Relation
from kg.resources import resource


def clues(marked: str) -> set[str]:
    """Names of the clues beside the words in [brackets]."""
    before, mention, after = re.fullmatch(r"(.*)\[(.+)\](.*)", marked).groups()  # type: ignore[union-attr]
    found = extract_clues(small(before + mention + after), len(before), len(before + mention))
    return {read_clues()[n].name for n in found}


# ------------------------------------------------------------------------------ the file


def test_every_clue_has_a_name_of_its_own_and_speaks_for_what_extraction_gives():
    names = [clue.name for clue in read_clues()]
    assert len(names) == len(set(names)) >= 40
    assert all(clue.before or clue.after for clue in read_clues())
    spoken_for = {clue.relation for clue in read_clues()}
    assert spoken_for >= {Relation.PROPOSES, Relation.USES_LOSS, Relation.DISCUSSES, *PRIOR_WORK}


def test_worth_of_clues_is_given_for_clues_and_facts_that_exist():
    lines = resource("data", "patterns", "prior-work.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    known = {clue.name for clue in read_clues()} | {"is-metric", "is-claim", "named-in-title"}
    assert {clue for clue, _, _ in rows} <= known
    assert {relation for _, relation, _ in rows} == set(PRIOR_WORK)
    assert len({(clue, relation) for clue, relation, _ in rows}) == len(rows)


# ------------------------------------------------------------------------------ reading


def test_gate_is_the_first_group_of_words_and_passes_every_sentence_with_it():
    by_name = {clue.name: clue for clue in read_clues()}
    gate = by_name["called"].gate
    assert gate is not None
    assert gate.search(small("A kite NAMED otto"))
    assert not gate.search("a kite without a name")
    assert by_name["title-name"].gate is None


def test_a_gate_never_keeps_a_clue_from_being_found():
    """`before` begins with its gate, so it holds at the gate's places or nowhere."""
    text = (
        "The authors train a kite, called KiteNet, with a wind loss, like kites before it, on Sky"
    )
    for clue in read_clues():
        if clue.before is None or clue.gate is None:
            continue
        places = [match.start() for match in clue.gate.finditer(text)]
        for end in range(len(text)):
            found = clue.before.search(text, 0, end)
            assert (found is not None) == any(clue.before.match(text, at, end) for at in places)


def test_pattern_words_are_spelled_out():
    assert compile_clue("ADJ$").search("very light ")
    enumeration = compile_clue(r"with LIST$")
    assert enumeration.search("with a tail loss, a string loss (new), and an ")
    assert enumeration.search("with a ")
    assert not enumeration.search("without ")


def test_a_clue_out_of_reach_does_not_count():
    assert "baseline" in clues("As a baseline they take [KiteNet]")
    assert "baseline" not in clues("As a baseline " + "they take " * 20 + "[KiteNet]")


# ------------------------------------------------------------------------------ the patterns


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("The authors propose a novel [KiteNet] for birds.", "proposed"),
        ("We introduce [KiteNet].", "proposed"),
        ("a network called [KiteNet] flies", "called"),
        ("which we call the [KiteNet]", "called"),
        ("[KiteNet]: Kites that Fly", "title-name"),
        ("The [KiteNet] is a new kind of kite", "is-a-new"),
        ("It is trained with a tail loss, a string loss and an [adversarial] loss", "trained-with"),
        ("It is trained with a tail loss, an [adversarial loss] and a string loss", "trained-with"),
        ("It is trained with a tail loss and an [adversarial loss].", "trained-with"),
        ("an [L1 loss] to force the kites down", "loss-to"),
        ("The model is evaluated on SkyData and [WindBench].", "evaluated-on"),
        ("It reaches a higher [FID]", "measured-by"),
        ("for the task of [kite segmentation]", "task-of"),
        ("It uses [batch normalization].", "uses"),
        ("the problem of [mode collapse]", "called-problem"),
        ("KiteNet v2 is the first version of [KiteNet].", "version-of"),
        ("It extends [KiteNet].", "extends"),
        ("a simple variant of [KiteNet]", "extends"),
        ("The detector is based on [FCKS].", "based-on"),
        ("built on top of [KiteNet]", "based-on"),
        ("Starting with [KiteNet-B0], the kite grows.", "starts-from"),
        ("as done in [KiteNet]", "as-in"),
        ("similar to the tails of [KiteNet]", "similar-to"),
        ("Inspired by [KiteNet], they fold.", "inspired-by"),
        ("It uses the [KiteNet] backbone", "as-component"),
        ("existing methods such as [KiteNet]", "such-as"),
        ("Unlike [KiteNet], it lands.", "unlike"),
        ("tails instead of [KiteNet]", "unlike"),
        ("It outperforms [KiteNet].", "outperforms"),
        ("the [KiteNet] baseline", "baseline-word"),
        ("They replace [KiteNet]", "replaced"),
        ("and [KiteNet] is replaced with tails", "is-replaced"),
        ("see also [KiteNet]", "see"),
    ],
)
def test_clue_is_found(sentence: str, name: str):
    assert name in clues(sentence)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("The authors like a novel [KiteNet]", "proposed"),
        ("They propose. It flies like [KiteNet]", "proposed"),
        ("so-called kites and [KiteNet]", "called"),
        ("A [KiteNet]: Kites", "title-name"),
        ("trained on birds; an [L1 loss] is not used", "trained-with"),
        ("evaluated on SkyData. Then [WindBench]", "evaluated-on"),
        ("It extends the wings of a kite and [KiteNet]", "version-of"),
        ("based on kites. [KiteNet] flies", "based-on"),
        ("existing methods. Such as it is, [KiteNet] flies", "such-as"),
        ("[KiteNet] replaced tails", "is-replaced"),
        ("seeing [KiteNet]", "see"),
    ],
)
def test_clue_is_not_found(sentence: str, name: str):
    assert name not in clues(sentence)


@pytest.mark.parametrize("repeated", ["a ", "a, ", "a and ", "trained with a (b), ", "such as ("])
def test_no_pattern_runs_away(repeated: str):
    """A long sentence of what patterns look for takes no longer than any other."""
    before = repeated * 400
    start = time.perf_counter()
    for number in range(len(read_clues())):
        clue = read_clues()[number]
        if clue.before:
            clue.before.search(before[-160:])
        if clue.after:
            clue.after.match(before[:160])
    assert time.perf_counter() - start < 1.0
