"""Relations between the things of a summary: pairs that can be, and the words that say it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kg.extract.candidates import Mention
from kg.extract.decide import Thing
from kg.extract.findings import PAIR_MODEL as MODEL
from kg.extract.findings import Finding
from kg.extract.pair_facts import closest, nested, pairs
from kg.extract.pairs import extract_pairs
from kg.extract.relations import extract_relations, headline, to_naming
from kg.extract.trees import Linear
from kg.extract.words import Page
from kg.model import BETWEEN_ENTITIES, Kind, Relation
from tests.pages import hand_page, thing


def model(**margins: float) -> Linear:
    """A pair model that gives these margins whatever the facts, and -9 to other relations."""
    bias = [margins.get(str(relation), -9.0) for relation in BETWEEN_ENTITIES]
    return Linear(np.zeros((8, len(BETWEEN_ENTITIES)), np.float32), np.array(bias, np.float32))


NEVER = model()


def found(page: Page, *things: Thing, by: Linear = NEVER, least: float = 0.5) -> list[Finding]:
    return list(extract_pairs(page, things, by, least))


def said(findings: list[Finding]) -> set[tuple[str, str, str, str]]:
    """(subject, relation, object, rule)"""
    return {
        (f.subject.labels[0], str(f.relation), f.object.labels[0], s.rule)
        for f in findings
        if f.subject is not None
        for s in f.support
    }


# ------------------------------------------------------------------------------ which pairs


def test_closest_mentions_are_those_of_one_sentence_with_the_fewest_words_between():
    page = hand_page("tail and then wing", "wing tail", "wing")
    tails = (Mention(0, 0, 0, "tail"), Mention(1, 1, 1, "tail"))
    wings = (Mention(0, 3, 3, "wing"), Mention(1, 0, 0, "wing"), Mention(2, 0, 0, "wing"))
    a = replace(thing(page, "tail"), mentions=tails)
    b = replace(thing(page, "wing"), mentions=wings)
    assert closest(a, b) == (tails[1], wings[1])
    assert closest(b, a) == (wings[1], tails[1])


def test_mentions_of_different_sentences_or_far_apart_or_overlapping_are_not_near():
    page = hand_page("tail", "wing", "kite " + "and " * 30 + "string", "big kite tails")
    assert closest(thing(page, "tail"), thing(page, "wing")) is None
    assert closest(thing(page, "kite"), thing(page, "string")) is None
    assert closest(thing(page, "big kite tails"), thing(page, "kite tails")) is None


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("conditional GAN", "GAN", True),
        ("conditional GANs", "GAN", True),
        ("GAN", "conditional GAN", False),
        ("GAN", "GAN", False),
        ("GAN loss", "GAN", False),
        ("big kite net", "kite net", True),
        ("StarGAN", "GAN", False),
    ],
)
def test_nested_names(a: str, b: str, expected: bool):
    page = hand_page(a, b)
    assert nested(thing(page, a), thing(page, b)) is expected


def test_pairs_have_kinds_that_can_be_related_and_are_near_or_the_systems_or_nested():
    page = hand_page("KiteNet", "tail and wing", "big wing", "SkyData")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True)
    tail, wing, big = thing(page, "tail"), thing(page, "wing"), thing(page, "big wing")
    data = thing(page, "SkyData", kind=Kind.DATASET, relation=Relation.USES_DATASET)
    ordered = {(a.labels[0], b.labels[0]) for a, b in pairs((own, tail, wing, big, data), own)}
    assert ordered == {
        *((x, "KiteNet") for x in ("tail", "wing", "big wing")),
        *(("KiteNet", x) for x in ("tail", "wing", "big wing")),
        ("tail", "wing"),
        ("wing", "tail"),
        ("big wing", "wing"),
    }


# ------------------------------------------------------------------------------ parts, kinds


def test_what_the_model_says_names_the_words_between_or_the_model():
    page = hand_page("KiteNet is a graph net", "tail wings")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True, probability=0.8)
    net, tail = thing(page, "graph net"), thing(page, "tail")
    findings = found(page, own, net, by=model(variantOf=2.0))
    assert said(findings) == {("KiteNet", "variantOf", "graph net", "is-a")}
    # The confidence is the model's times that of the less certain end.
    assert findings[0].confidence == pytest.approx(0.5 / (1 + np.exp(-2.0)), abs=1e-3)
    assert said(found(page, own, tail, by=model(variantOf=2.0))) == {
        ("KiteNet", "variantOf", "tail", MODEL)
    }


def test_a_module_needs_both_models_or_one_that_is_sure():
    page = hand_page("KiteNet and tail")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True)
    sure, unsure = thing(page, "tail", part=0.9), thing(page, "tail", part=0.1)
    even = model(partOf=0.0)
    assert said(found(page, own, sure, by=even, least=0.6)) == {
        ("tail", "partOf", "KiteNet", MODEL)
    }
    assert found(page, own, unsure, by=even, least=0.6) == []


def test_of_two_directions_the_likelier_is_taken():
    page = hand_page("KiteNet and tail")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True)
    tail = thing(page, "tail", part=0.9)
    assert said(found(page, own, tail, by=model(partOf=0.5))) == {
        ("tail", "partOf", "KiteNet", MODEL)
    }


def test_two_things_are_related_in_one_direction_only():
    page = hand_page("tail and wing")
    findings = found(page, thing(page, "tail"), thing(page, "wing"), by=model(partOf=5.0))
    assert said(findings) == {("tail", "partOf", "wing", MODEL)}


def test_nothing_below_the_threshold_and_nothing_that_is_prior_work_only():
    page = hand_page("tail and wing")
    tail, wing = thing(page, "tail"), thing(page, "wing")
    assert found(page, tail, wing, by=model(partOf=1.0), least=0.8) == []
    linked = thing(page, "wing", relation=None, kind=None)
    assert found(page, tail, linked, by=model(partOf=9.0)) == []
    assert found(page) == []


# ------------------------------------------------------------------------------ used for


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("Kite nets are used for kite detection", "used-for"),
        ("Kite nets for kite detection", "used-for"),
        ("kite detection via Kite nets", "via"),
        ("kite detection through a stack of Kite nets", "via"),
        ("kite detection methods such as Kite nets", "used-for-such-as"),
    ],
)
def test_words_between_a_method_and_a_task(sentence: str, rule: str):
    page = hand_page(sentence)
    method = thing(page, "Kite nets", probability=0.6)
    task = thing(page, "kite detection", kind=Kind.TASK, relation=Relation.ADDRESSES_TASK)
    (finding,) = found(page, task, method)
    assert said([finding]) == {("Kite nets", "usedFor", "kite detection", rule)}
    assert finding.confidence == pytest.approx(0.35)
    assert finding.support[0].mention.label == "Kite nets"


@pytest.mark.parametrize(
    "sentence",
    ["Kite nets beat kite detection", "kite detection , Kite nets", "kite detection for Kite nets"],
)
def test_other_words_say_nothing(sentence: str):
    page = hand_page(sentence)
    task = thing(page, "kite detection", kind=Kind.TASK, relation=Relation.ADDRESSES_TASK)
    assert found(page, task, thing(page, "Kite nets")) == []


def test_the_own_system_is_not_said_to_be_used_for_a_task():
    page = hand_page("KiteNet is used for kite detection")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True)
    task = thing(page, "kite detection", kind=Kind.TASK, relation=Relation.ADDRESSES_TASK)
    assert found(page, own, task) == []


# ------------------------------------------------------------------------------ of the paper


def test_headline_is_the_own_system_else_the_likeliest_proposal():
    page = hand_page("KiteNet TailNet WingNet")
    kite = thing(page, "KiteNet", relation=Relation.PROPOSES, probability=0.6)
    tail = thing(page, "TailNet", relation=Relation.PROPOSES, probability=0.9)
    wing = thing(page, "WingNet", relation=Relation.PROPOSES, probability=0.3, own=True)
    assert headline((kite, tail)) is tail
    assert headline((kite, tail, wing)) is wing
    assert headline((thing(page, "KiteNet"),)) is None


def test_unnamed_generic_part_belongs_to_the_own_system():
    page = hand_page("KiteNet has Generators and a tail generator")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True)
    part = thing(page, "Generators")
    naming = to_naming(part, own)
    assert naming.part_of is not None
    assert naming.part_of.labels == ("KiteNet",)
    assert to_naming(part, None).part_of is None
    assert to_naming(own, own).part_of is None
    assert to_naming(thing(page, "tail generator"), own).part_of is None


def test_proposed_loss_is_used_too_and_what_has_no_relation_gives_none():
    page = hand_page("KiteNet has a new tail loss", "more tail loss and the wing")
    own = thing(page, "KiteNet", relation=Relation.PROPOSES, own=True)
    loss = thing(page, "tail loss", kind=Kind.LOSS, relation=Relation.PROPOSES, probability=0.7)
    prior = thing(page, "wing", kind=None, relation=None)
    findings = list(extract_relations(page, (own, loss, prior)))
    assert [(f.relation, f.object.labels[0], f.confidence) for f in findings] == [
        (Relation.PROPOSES, "KiteNet", 0.5),
        (Relation.PROPOSES, "tail loss", 0.7),
        (Relation.USES_LOSS, "tail loss", 0.7),
    ]
    assert [s.rule for f in findings for s in f.support] == [
        "relevance-model",
        "new",
        "relevance-model",
    ]
