import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Identifiers, Kind, Relation
from kg.vocabulary import (
    FOLDERS,
    INVERSES,
    KG,
    NAMESPACES,
    arxiv_of,
    assertion_id,
    digest,
    entity_id,
    entity_ids,
    evidence_id,
    extractor_ids,
    paper_id,
    part_id,
    prefixes,
    slug,
    source_id,
    topic_id,
)


def test_a_term_is_an_iri_and_a_typo_is_an_error():
    assert KG.usesLoss == "https://w3id.org/paperkg/ontology#usesLoss"
    assert KG[Relation.BUILDS_ON] == "https://w3id.org/paperkg/ontology#buildsOn"
    with pytest.raises(AttributeError, match="declares no term 'usesloss'"):
        _ = KG.usesloss
    with pytest.raises(KeyError, match="declares no term"):
        _ = KG["Papers"]


def test_every_relation_and_kind_is_a_term_and_every_relation_has_an_inverse():
    assert {KG[r] for r in Relation} <= set(KG)
    assert {KG[k] for k in Kind} <= set(KG)
    assert set(INVERSES) == set(Relation)
    assert len(set(INVERSES.values())) == len(Relation)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("AdaIN", "adain"),
        ("Mask R-CNN", "mask-r-cnn"),
        ("β-VAE", "beta-vae"),
        ("µ-law", "mu-law"),  # the micro sign is Greek under NFKC
        ("L₁ loss", "l1-loss"),
        ("C++", "c-plus-plus"),
        ("Schrödinger bridge", "schrodinger-bridge"),
        ("  ε‑greedy  ", "epsilon-greedy"),
        ("a_b/c", "a-b-c"),
        ("深度", ""),
        ("...", ""),
    ],
)
def test_slug(label, expected):
    assert slug(label) == expected


@given(st.text())
def test_a_slug_is_safe_in_an_iri_and_stable(label):
    result = slug(label)
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", result)
    assert slug(result) == result


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        (Identifiers(arxiv="1912.01865"), "paper/arxiv-1912.01865"),
        (Identifiers(arxiv="1912.01865v2", url="https://a.org"), "paper/arxiv-1912.01865"),
        (Identifiers(arxiv="math.GT/0309136"), "paper/arxiv-math.gt-0309136"),
        (Identifiers(doi="10.48550/arXiv.1912.01865"), "paper/arxiv-1912.01865"),
        (Identifiers(doi="10.1109/CVPR.2016.90"), "paper/doi-10.1109%2Fcvpr.2016.90"),
        (Identifiers(doi="10.1/a<b>"), "paper/doi-10.1%2Fa%3Cb%3E"),
        (Identifiers(), "paper/deep-residual-learning"),
    ],
)
def test_paper_id(identifiers, expected):
    assert paper_id(identifiers, "Deep Residual Learning") == expected


def test_a_paper_with_a_url_is_named_by_its_hash():
    first = paper_id(Identifiers(url="https://a.org/x.pdf"), "X")
    assert re.fullmatch(r"paper/url-[0-9a-f]{16}", first)
    assert first == paper_id(Identifiers(url="https://a.org/x.pdf"), "another name")
    assert first != paper_id(Identifiers(url="https://a.org/y.pdf"), "X")


def test_a_doi_of_arxiv_is_an_arxiv_id():
    assert arxiv_of(Identifiers(doi="10.48550/ARXIV.2001.00001v3")) == "2001.00001"
    assert arxiv_of(Identifiers(doi="10.1109/CVPR.2016.90")) is None


def test_collisions_and_empty_slugs_take_a_hash():
    assert entity_id(Kind.LOSS, "Cycle loss") == "loss/cycle-loss"
    other = entity_id(Kind.LOSS, "cycle-loss!", taken={"loss/cycle-loss"})
    assert re.fullmatch(r"loss/cycle-loss-[0-9a-f]{16}", other)
    assert re.fullmatch(r"concept/[0-9a-f]{16}", entity_id(Kind.CONCEPT, "深度"))
    assert entity_id(Kind.CONCEPT, "深度") != entity_id(Kind.CONCEPT, "学习")


def test_ids_minted_together_do_not_depend_on_the_order():
    names = ["C+", "C plus", "c PLUS", "BERT"]
    expected = entity_ids(Kind.METHOD, names)
    assert entity_ids(Kind.METHOD, reversed(names)) == expected
    assert expected["C plus"] == "method/c-plus"
    assert len(set(expected.values())) == 4


@given(st.lists(st.text(min_size=1)))
def test_different_labels_never_share_an_id(names):
    ids = entity_ids(Kind.TASK, names)
    assert set(ids) == set(names)
    assert len(set(ids.values())) == len(ids)
    assert len(extractor_ids(names)) == len(set(extractor_ids(names).values())) == len(ids)


def test_parts_topics_and_sources():
    generator = part_id(Kind.METHOD, "method/stargan-v2", "Generator")
    assert generator == "method/stargan-v2/generator"
    assert part_id(Kind.METHOD, "paper/arxiv-1912.01865", "encoder") == (
        "method/arxiv-1912.01865/encoder"
    )
    assert topic_id("Image Classification") == "topic/image-classification"
    assert source_id("notes/2020 a.md") == "source/notes-2020-a-md"


def test_hashes_tell_their_parts_apart_and_never_change():
    assert digest("ab", "c") != digest("a", "bc")
    # A change here is a change of every published IRI.
    assert digest("a", "b") == "235870420603e322"
    triple = assertion_id("paper/a", Relation.USES_LOSS, "loss/b")
    assert triple == "assertion/" + digest("paper/a", "usesLoss", "loss/b")
    assert evidence_id(triple, "source/s", 1, 2, "r") != evidence_id(triple, "source/s", 12, 2, "r")


def test_prefixes_cover_vocabularies_and_node_folders():
    table = prefixes("http://example.org/")
    assert table["method"] == "http://example.org/method/"
    assert table["kg"] == KG.iri
    assert set(table) == set(NAMESPACES) | set(FOLDERS)
