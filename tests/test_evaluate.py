"""The scorer: exact cases by hand, and the reference scorer on perturbed gold."""

import importlib.util
import json
import random
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kg.errors import GoldError
from kg.evaluate import (
    By,
    Counts,
    Mode,
    agrees,
    judge,
    judge_all,
    labels_in,
    normal,
    predictions,
    tabulate,
)
from kg.gold import Summary, Triple, find_documents, parse_gold, read_gold
from kg.graph import Graph
from kg.model import (
    PRIOR_WORK,
    Assertion,
    Entity,
    Evidence,
    Identifiers,
    Kind,
    Paper,
    Relation,
    SourceDocument,
    Span,
)

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "data" / "gold" / "cvpr-2020-a-snapshot.json"
REFERENCE = ROOT.parent / "shared" / "gold" / "score.py"


def method(*labels: str, relation: Relation = Relation.USES_METHOD, **fields: Any) -> Triple:
    return Triple(relation, Kind.METHOD, labels, **fields)


def summary(*triples: Triple, id: str = "", title: str = "A paper") -> Summary:
    return Summary(id, title, triples)


# ------------------------------------------------------------------------------- labels


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("The proposed Mask-RCNNs", ("mask", "rcnn")),
        ("U-Net", ("u", "net")),
        ("adversarial losses", ("adversarial", "loss")),
        ("GAN's studies", ("gan", "study")),
        ("a / b boxes", ("b", "box")),
        ("loss of bias", ("loss", "of", "bia")),
        ("C++ (v1.2.)", ("c++", "v1.2")),
        ("ﬁne–tuning", ("fine", "tuning")),
        ("a new", ()),
    ],
)
def test_normal(label: str, words: tuple[str, ...]) -> None:
    assert normal(label) == words


# ---------------------------------------------------------------------------- agreement


def test_strict_joins_words_and_needs_the_relation() -> None:
    assert agrees(method("U-Net"), method("UNet"), Mode.STRICT)
    assert not agrees(method("U-Net"), method("UNet", relation=Relation.PROPOSES), Mode.STRICT)
    assert agrees(method("U-Net"), method("UNet", relation=Relation.PROPOSES), Mode.ENTITY)
    assert not agrees(
        method("U-Net"), Triple(Relation.USES_METHOD, Kind.CONCEPT, ("U-Net",)), Mode.ENTITY
    )


def test_relaxed_needs_head_and_more_than_half() -> None:
    gold = method("deep residual network")
    assert not agrees(gold, method("residual network"), Mode.STRICT)
    assert agrees(gold, method("residual network"), Mode.RELAXED)
    assert not agrees(gold, method("network"), Mode.RELAXED)
    assert not agrees(gold, method("deep residual"), Mode.RELAXED)


def test_sixth_label_is_not_looked_at() -> None:
    gold = method("AdaIN")
    labels = [f"thing{i}" for i in range(4)]
    assert agrees(gold, method(*labels, "AdaIN"), Mode.STRICT)
    assert not agrees(gold, method(*labels, "other", "AdaIN"), Mode.STRICT)


def test_empty_labels_agree_with_nothing() -> None:
    assert not agrees(method("the"), method("a"), Mode.RELAXED)


def test_papers_agree_by_identifier() -> None:
    gold = Triple(Relation.EXTENDS, Kind.PAPER, ("StarGAN",), id="arxiv:1711.09020")
    found = Triple(Relation.EXTENDS, Kind.PAPER, ("the first version",), id="arxiv:1711.09020")
    assert agrees(gold, found, Mode.STRICT)
    assert not agrees(gold, replace(found, id="arxiv:1912.01865"), Mode.STRICT)
    assert not agrees(replace(gold, id=None), replace(found, id=None), Mode.STRICT)


def test_subjects_are_compared() -> None:
    gold = method("StarGAN", relation=Relation.PART_OF, subject=("style encoder",))
    assert agrees(gold, replace(gold, subject=("Style Encoders",)), Mode.STRICT)
    assert not agrees(gold, replace(gold, subject=("encoder",)), Mode.STRICT)
    assert not agrees(gold, replace(gold, subject=()), Mode.STRICT)


# ------------------------------------------------------------------------------- counts


def test_acceptable_gold_costs_nothing() -> None:
    gold = summary(method("Xnet"), method("Ynet", required=False), method("Wnet"))
    counts = tabulate(
        [judge(gold, [method("Ynet"), method("Xnet"), method("Vnet")], Mode.STRICT)], Mode.STRICT
    )
    assert counts[0].counts == Counts(hits=2, predicted=3, found=1, required=2)
    assert counts[0].counts.precision == pytest.approx(2 / 3)
    assert counts[0].counts.recall == 0.5
    assert counts[0].counts.f1 == pytest.approx(4 / 7)


def test_matching_is_one_to_one_and_maximal() -> None:
    """Taking the first edge for Xnet would leave Ynet with nothing."""
    gold = summary(method("Xnet", "Ynet"), method("Ynet"))
    judged = judge(gold, [method("Ynet"), method("Xnet"), method("Xnet")], Mode.STRICT)
    assert len(judged.matched) == 2
    assert judged.wrong == (method("Xnet"),)
    assert judged.missed == ()


def test_required_gold_is_served_first() -> None:
    gold = summary(method("Xnet", required=False), method("Xnet"))
    judged = judge(gold, [method("Xnet")], Mode.STRICT)
    assert judged.matched == ((method("Xnet"), method("Xnet")),)
    assert judged.missed == ()


def test_entity_mode_counts_a_thing_once() -> None:
    gold = summary(
        method("Xnet", relation=Relation.PROPOSES),
        method("Xnet", "Ynet", required=False),
        method("Xnet", relation=Relation.PART_OF, subject=("Wnet",)),
    )
    judged = judge(gold, [method("Ynet"), method("Ynet", relation=Relation.PROPOSES)], Mode.ENTITY)
    assert len(judged.matched) == 1
    assert judged.wrong == judged.missed == ()


def test_rows_by_relation_type_paper_and_source() -> None:
    loss = Triple(Relation.USES_LOSS, Kind.LOSS, ("cycle loss",))
    gold = [
        replace(summary(method("Xnet"), loss, title="One"), document="one.md"),
        replace(summary(method("Ynet"), title="Two"), document="two.md"),
    ]
    found = [replace(gold[0], triples=(method("Xnet"), method("Znet")))]
    judged = judge_all(gold, found, Mode.STRICT)

    def rows(by: By) -> dict[str, Counts]:
        return {row.name: row.counts for row in tabulate(judged, Mode.STRICT, by)}

    total = Counts(hits=1, predicted=2, found=1, required=3)
    assert rows(By.RELATION) == {
        "all": total,
        "usesMethod": Counts(1, 2, 1, 2),
        "usesLoss": Counts(0, 0, 0, 1),
    }
    assert rows(By.TYPE) == {
        "all": total,
        "Method": Counts(1, 2, 1, 2),
        "Loss": Counts(0, 0, 0, 1),
    }
    assert rows(By.PAPER) == {"all": total, "One": Counts(1, 2, 1, 2), "Two": Counts(0, 0, 0, 1)}
    assert rows(By.SOURCE) == {
        "all": total,
        "one.md": Counts(1, 2, 1, 2),
        "two.md": Counts(0, 0, 0, 1),
    }


def test_relations_can_be_chosen() -> None:
    cites = Triple(Relation.CITES, Kind.PAPER, ("Q",))
    judged = judge(summary(method("Xnet"), cites), [method("Znet"), cites], Mode.STRICT, PRIOR_WORK)
    assert tabulate([judged], Mode.STRICT)[0].counts == Counts(1, 1, 1, 1)


def test_papers_are_found_by_arxiv_id_then_by_title() -> None:
    gold = [
        summary(method("Xnet"), id="arxiv:2001.00001", title="One thing"),
        summary(method("Ynet"), id="title:Two things", title="Two things"),
    ]
    found = [
        summary(method("Xnet"), id="arxiv:2001.00001", title="Called otherwise"),
        summary(method("Ynet"), id="url:https://example.org/2", title="Two Thing"),
        summary(method("Wnet"), id="", title="Not annotated"),
    ]
    judged = judge_all(gold, found, Mode.STRICT)
    assert [len(j.matched) for j in judged] == [1, 1]
    assert [j.wrong for j in judged] == [(), ()]


# -------------------------------------------------------------------- against reference


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    if not REFERENCE.is_file():
        pytest.skip("the reference scorer is not beside this checkout (../shared/gold/score.py)")
    spec = importlib.util.spec_from_file_location("reference_score", REFERENCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def perturbed(gold: dict[str, Any], seed: int) -> dict[str, Any]:
    """A prediction that is right in part: dropped, renamed, retyped and doubled triples."""
    rng = random.Random(seed)
    papers = []
    everything = [t for p in gold["papers"] for t in p["triples"]]
    for paper in gold["papers"]:
        triples = []
        for triple in paper["triples"]:
            t = {k: v for k, v in triple.items() if k not in ("required", "evidence")}
            if rng.random() < 0.2:
                continue
            if rng.random() < 0.15:
                t["relation"] = rng.choice(["usesMethod", "discusses", "proposes", "cites"])
            if rng.random() < 0.1:
                t["type"] = rng.choice(["Method", "Concept", "Task", "Paper"])
            if rng.random() < 0.2:
                t["labels"] = [rng.choice(["deep", "new", "joint"]) + " " + x for x in t["labels"]]
            if rng.random() < 0.2:
                t["labels"] = rng.sample([f"noise {i}" for i in range(6)], 3) + t["labels"]
            if rng.random() < 0.2 and "id" in t:
                del t["id"]
            if rng.random() < 0.1 and "subject" in t:
                t["subject"] = rng.choice(everything)["labels"]
            triples += [t] * rng.choice([1, 1, 1, 2])
            if rng.random() < 0.1:
                other = {k: v for k, v in rng.choice(everything).items() if k != "required"}
                triples.append(other)
        rng.shuffle(triples)
        by_title = rng.random() < 0.3
        papers.append(
            {
                "id": "title:" + paper["title"] if by_title else paper["id"],
                "title": paper["title"].lower(),
                "triples": triples,
            }
        )
    rng.shuffle(papers)
    return {"papers": papers[rng.choice([0, 1]) :]}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", range(6))
def test_same_numbers_as_the_reference_scorer(reference: ModuleType, mode: Mode, seed: int) -> None:
    data = json.loads(GOLD.read_text(encoding="utf-8"))
    predicted = perturbed(data, seed)
    gold = [replace(s, document=None) for s in parse_gold(data, "gold")]
    for relations in (tuple(Relation), PRIOR_WORK):
        total, by_relation, by_paper, errors = reference.score(data, predicted, mode, relations)
        judged = judge_all(gold, parse_gold(predicted, "predicted"), mode, relations)
        for by, table in ((By.RELATION, by_relation), (By.PAPER, by_paper)):
            expected = {"all": tuple(total), **{k: tuple(v) for k, v in table.items()}}
            rows = tabulate(judged, mode, by)
            found = {
                r.name: (r.counts.hits, r.counts.predicted, r.counts.found, r.counts.required)
                for r in rows
            }
            assert found == expected
            assert (rows[0].counts.precision, rows[0].counts.recall, rows[0].counts.f1) == (
                reference.prf(*total)
            )
        assert sum(len(j.wrong) + len(j.missed) for j in judged) == len(errors)
    assert total[0] > 0


def test_gold_agrees_with_itself() -> None:
    gold = read_gold(GOLD)
    assert len(gold) == 28
    for mode in Mode:
        total = tabulate(judge_all(gold, gold, mode), mode)[0].counts
        assert total.precision == total.recall == total.f1 == 1.0
        assert total.required > 200


# --------------------------------------------------------------------------- predictions


def evidence(about: str, quote: str, source: str = "source/a-md") -> Evidence:
    return Evidence(source, Span(0, 9), Span(0, 3), quote, "", "", 1, "rule", about)


def toy_graph() -> Graph:
    """Two sources; a triple between methods is said in the summaries of both papers."""
    one = Paper(
        "paper/arxiv-2001.00001",
        Kind.PAPER,
        "One",
        title="One: a title",
        identifiers=Identifiers(arxiv="2001.00001"),
    )
    two = Paper("paper/two", Kind.PAPER, "Two", title="Two")
    linked = Paper(
        "paper/doi-10.1-x", Kind.PAPER, "Three", ("3Net",), identifiers=Identifiers(doi="10.1/x")
    )
    head = Entity("method/head", Kind.METHOD, "head", ("output head", "the top"))
    net = Entity("method/net", Kind.METHOD, "Net")
    return Graph(
        entities=(head, net, linked, one, two),
        topics=(),
        sources=(
            SourceDocument("source/a-md", "a.md", summarises=(one.id, two.id)),
            SourceDocument("source/b-md", "b.md", summarises=(two.id,)),
        ),
        assertions=(
            Assertion(
                head.id,
                Relation.PART_OF,
                net.id,
                (
                    evidence(one.id, "Net has an output head, and that output head is small."),
                    evidence(two.id, "As in Net, a head is the top.", "source/b-md"),
                ),
                0.9,
            ),
            Assertion(
                one.id, Relation.USES_METHOD, net.id, (evidence(one.id, "One runs Net."),), 0.8
            ),
            Assertion(
                two.id, Relation.EXTENDS, linked.id, (evidence(two.id, "Two extends 3Net."),), 0.7
            ),
        ),
    )


def test_triples_stand_under_the_paper_whose_summary_says_them() -> None:
    gold = [replace(summary(), document=d) for d in ("a.md", "b.md")]
    found = predictions(toy_graph(), gold)
    part_of = Triple(Relation.PART_OF, Kind.METHOD, ("Net",))
    assert found == (
        Summary(
            "arxiv:2001.00001",
            "One: a title",
            (
                replace(
                    part_of,
                    subject=("head", "output head", "the top"),
                    sentence="Net has an output head, and that output head is small.",
                ),
                method("Net", sentence="One runs Net."),
            ),
            "a.md",
        ),
        Summary(
            "",
            "Two",
            (
                Triple(
                    Relation.EXTENDS,
                    Kind.PAPER,
                    ("Three", "3Net"),
                    id="doi:10.1/x",
                    sentence="Two extends 3Net.",
                ),
            ),
            "a.md",
        ),
        Summary(
            "",
            "Two",
            (
                replace(
                    part_of,
                    subject=("head", "the top", "output head"),
                    sentence="As in Net, a head is the top.",
                ),
            ),
            "b.md",
        ),
    )


def test_gold_without_document_takes_all_sources() -> None:
    found = predictions(toy_graph(), [summary()])
    assert [(s.title, len(s.triples)) for s in found] == [("One: a title", 2), ("Two", 2)]


def test_labels_put_the_forms_of_the_quotes_after_the_name() -> None:
    entity = Entity("method/gan", Kind.METHOD, "GAN", ("adversarial net", "GANs", "gan game"))
    quotes = ["The GAN game is played by GANs.", "GANs again."]
    assert labels_in(entity, quotes) == ("GAN", "GANs", "gan game", "adversarial net")
    paper = Paper("paper/x", Kind.PAPER, "X", ("X net",), title="X: a net")
    assert labels_in(paper, ["X: a net is shown."]) == ("X", "X: a net", "X net")


# --------------------------------------------------------------------------------- gold


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], 'needs an object with a list "papers"'),
        ({"papers": [{"id": "x", "title": "X"}]}, 'paper 1 needs a list "triples"'),
        ({"papers": [{"id": 1, "title": "X", "triples": []}]}, 'paper 1: "id" is not a text'),
        (
            {"papers": [{"id": "x", "title": "X", "triples": [{"relation": "likes"}]}]},
            'paper 1, triple 1: "type" is not a text',
        ),
        (
            {
                "papers": [
                    {
                        "id": "x",
                        "title": "X",
                        "triples": [{"relation": "likes", "type": "Method", "labels": ["A"]}],
                    }
                ]
            },
            "paper 1, triple 1: no relation is called 'likes'",
        ),
        (
            {
                "papers": [
                    {
                        "id": "x",
                        "title": "X",
                        "triples": [{"relation": "cites", "type": "Paper", "labels": []}],
                    }
                ]
            },
            'paper 1, triple 1: "labels" is not a list of texts',
        ),
    ],
)
def test_bad_gold_is_named(data: Any, message: str) -> None:
    with pytest.raises(GoldError) as caught:
        parse_gold(data, "gold.json")
    assert str(caught.value) == f"gold.json: {message}"


def test_unreadable_gold(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="cannot be read"):
        read_gold(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"papers": [\n}', encoding="utf-8")
    with pytest.raises(GoldError, match=r"bad.json:2: is not JSON"):
        read_gold(tmp_path / "bad.json")
    (tmp_path / "bad.json").unlink()
    with pytest.raises(GoldError, match="no annotated papers"):
        read_gold(tmp_path)


def test_a_folder_of_gold_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        paper = {"id": "", "title": name, "triples": []}
        text = json.dumps({"document": f"{name}.md", "papers": [paper]})
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    (tmp_path / "c.listed.json").write_text('{"document": "c.md", "listed": []}', encoding="utf-8")
    assert [(s.title, s.document) for s in read_gold(tmp_path)] == [("a", "a.md"), ("b", "b.md")]


def test_documents_are_found_below_the_sources(tmp_path: Path) -> None:
    gold = [replace(summary(), document=d) for d in ("a.md", "b.md")]
    (tmp_path / "deep").mkdir()
    for name in ("a.md", "deep/b.md", "deep/c.md"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    places = {"a.md": tmp_path / "a.md", "b.md": tmp_path / "deep" / "b.md"}
    assert find_documents(gold, [tmp_path]) == places
    assert find_documents(gold, [tmp_path / "a.md", tmp_path / "deep"]) == places
    with pytest.raises(GoldError, match=r"not among the sources: b\.md; give"):
        find_documents(gold, [tmp_path / "a.md"])
    assert find_documents(gold[:1], [tmp_path / "deep" / "c.md"]) == {
        "a.md": tmp_path / "deep" / "c.md"
    }
    (tmp_path / "deep" / "a.md").write_text("text", encoding="utf-8")
    with pytest.raises(GoldError, match=r"two sources are called a\.md"):
        find_documents(gold, [tmp_path])
