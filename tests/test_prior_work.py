"""Papers that a summary links or names, and which of the four relations each one gets."""

from __future__ import annotations

import pytest

from kg.extract.decide import Thing
from kg.extract.findings import Finding
from kg.extract.prior_work import extract_prior_work, relation_of
from kg.model import PRIOR_WORK, Identifiers, Kind, Relation
from tests.pages import hand_page, thing

OWN = "https://arxiv.org/abs/2001.00001"
OTHER = "https://arxiv.org/abs/2001.00002v3"
EVEN = dict.fromkeys(PRIOR_WORK, 0.2)

PAGE = hand_page(
    "TailNet is here and WingNet and KiteNet and KiteNet-B0 and KiteNet-B3 and FID and more",
    "kites with very long tails fly best",
    title="TailNet v2",
    identifiers=Identifiers(arxiv="2001.00001"),
)


def found(*things: Thing) -> list[Finding]:
    return list(extract_prior_work(PAGE, things))


def papers(*things: Thing) -> list[tuple[Relation, str]]:
    return [(f.relation, f.object.labels[0]) for f in found(*things) if f.object.kind is Kind.PAPER]


@pytest.mark.parametrize(
    ("clues", "relation"),
    [
        (("version-of",), Relation.EXTENDS),
        (("based-on",), Relation.BUILDS_ON),
        (("starts-from",), Relation.BUILDS_ON),
        (("unlike",), Relation.COMPARES_WITH),
        (("such-as",), Relation.COMPARES_WITH),
        (("see",), Relation.CITES),
        (("based-on", "version-of"), Relation.EXTENDS),
        (("uses-system", "is-replaced"), Relation.COMPARES_WITH),
    ],
)
def test_clues_decide_between_relations_that_are_equally_likely(
    clues: tuple[str, ...], relation: Relation
):
    best, share = relation_of(thing(PAGE, "WingNet", prior=EVEN, clues=clues), "Kites")
    assert best is relation
    assert 0.4 < share < 1


def test_without_clues_the_model_decides_and_its_share_is_kept():
    best, share = relation_of(
        thing(PAGE, "WingNet", prior={Relation.CITES: 0.6, Relation.BUILDS_ON: 0.2}), "Kites"
    )
    assert best is Relation.CITES
    assert share == pytest.approx(0.75, abs=0.01)


def test_a_system_named_in_the_title_is_likelier_extended():
    named = thing(PAGE, "TailNet", prior=EVEN)
    assert relation_of(named, "TailNet v2")[0] is Relation.EXTENDS
    # A part of a word, or of a hyphenated name, is another name.
    assert relation_of(named, "TailNet-v2")[1] == relation_of(named, "TailNets")[1] == 0.25


def test_the_paper_behind_a_metric_and_a_claim_are_background():
    assert relation_of(thing(PAGE, "FID", kind=Kind.METRIC, prior=EVEN), "")[0] is Relation.CITES
    claim = thing(PAGE, "kites with very long tails fly", prior=EVEN)
    assert relation_of(claim, "")[0] is Relation.CITES


def test_a_linked_paper_has_its_identifier_and_nine_tenths_at_least():
    (finding,) = found(thing(PAGE, "WingNet", relation=None, kind=None, target=OTHER,
                             prior={Relation.BUILDS_ON: 0.1}))  # fmt: skip
    assert finding.object.identifiers == Identifiers(arxiv="2001.00002")
    assert (finding.subject, finding.relation) == (None, Relation.BUILDS_ON)
    assert 0.8 < finding.confidence <= 0.9


def test_a_named_paper_has_no_identifier_and_the_models_confidence():
    (finding,) = found(thing(PAGE, "WingNet", prior={Relation.CITES: 0.6}))
    assert finding.object.identifiers == Identifiers()
    assert finding.confidence == pytest.approx(0.6, abs=0.01)


def test_what_names_no_paper_gives_none():
    assert found(thing(PAGE, "WingNet")) == []
    assert found(thing(PAGE, "WingNet", target="https://github.com/wing/net")) == []


def test_the_own_system_and_links_to_the_paper_itself_are_no_prior_work():
    own = thing(PAGE, "TailNet", relation=Relation.PROPOSES, prior=EVEN, own=True)
    assert found(own) == []
    assert found(thing(PAGE, "WingNet", prior=EVEN, target=OWN)) == []


def test_extending_makes_the_own_system_a_variant():
    own = thing(PAGE, "TailNet", relation=Relation.PROPOSES, own=True)
    old = thing(PAGE, "KiteNet", prior=EVEN, clues=("version-of",), target=OTHER)
    first, second = found(own, old)
    assert (first.relation, first.object.kind) == (Relation.EXTENDS, Kind.PAPER)
    assert second.relation is Relation.VARIANT_OF
    assert second.subject is not None
    assert second.subject.labels == ("TailNet",)
    assert (second.object.kind, second.object.labels) == (Kind.METHOD, ("KiteNet",))
    assert [f.relation for f in found(old)] == [Relation.EXTENDS]


def test_another_size_of_a_linked_network_is_its_paper():
    linked = thing(PAGE, "KiteNet-B0", prior=EVEN, target=OTHER)
    named = thing(PAGE, "KiteNet-B3", prior=EVEN)
    assert [name for _, name in papers(linked, named)] == ["KiteNet-B0"]
    assert [name for _, name in papers(named)] == ["KiteNet-B3"]


def test_another_version_of_a_linked_system_is_another_paper():
    page = hand_page("KiteNet and KiteNet v2")
    linked = thing(page, "KiteNet v2", prior=EVEN, target=OTHER)
    named = thing(page, "KiteNet", prior=EVEN)
    assert [f.object.labels[0] for f in extract_prior_work(page, (linked, named))] == [
        "KiteNet v2",
        "KiteNet",
    ]


def test_each_paper_is_found_once():
    things = (thing(PAGE, "KiteNet", "WingNet", prior=EVEN, target=OTHER),
              thing(PAGE, "FID", prior=EVEN))  # fmt: skip
    assert [name for _, name in papers(*things)] == ["KiteNet", "FID"]
