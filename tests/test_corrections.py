"""Corrections: the file, and what it does to a graph."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.corrections import Corrections, parse_corrections, read_corrections
from kg.errors import LexiconError
from kg.extract.findings import Finding, Naming
from kg.extract.words import Page
from kg.graph import Graph
from kg.lexicon import Lexicon
from kg.model import Kind, Relation
from kg.resolve import Extracted, resolve
from tests.pages import finding, hand_page, reading_of

FILE = """\
# what I know better

same\tWingNet\tKiteNet
rename\tSkyloss \tsky loss
alias\tWingNet\tWing Network
kind\tgust\tMethod
drop\tpaper/a\tdiscusses\t*
drop\t*\tcites\tpaper/b
"""


def test_file_is_parsed():
    assert parse_corrections(FILE, "c.tsv") == Corrections(
        same=(("WingNet", "KiteNet"),),
        renamed=(("Skyloss", "sky loss"),),
        aliases=(("WingNet", "Wing Network"),),
        kinds=(("gust", Kind.METHOD),),
        dropped=(("paper/a", "discusses", "*"), ("*", "cites", "paper/b")),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("merge\ta\tb", "unknown correction 'merge'; use same, rename, alias, kind, drop"),
        ("same\ta", "'same' takes 2 cells after it, separated by tabs"),
        ("same\ta\t ", "'same' takes 2 cells after it, separated by tabs"),
        ("same a b", "unknown correction 'same a b'; use same, rename, alias, kind, drop"),
        ("drop\ta\tcites", "'drop' takes 3 cells after it, separated by tabs"),
        (
            "kind\ta\tPaper",
            "'Paper' is not a kind; use Method, Loss, Dataset, Task, Metric, Concept",
        ),
        (
            "drop\ta\tuses\tb",
            "'uses' is not a relation; use proposes, usesMethod, usesLoss, usesDataset, "
            "addressesTask, usesMetric, discusses, extends, buildsOn, comparesWith, cites, "
            "partOf, variantOf, usedFor",
        ),
    ],
)
def test_broken_line_is_named(line: str, message: str):
    with pytest.raises(LexiconError) as caught:
        parse_corrections(f"# fine\n\n{line}\n", "c.tsv")
    assert (caught.value.place, caught.value.message) == ("c.tsv:3", message)


@pytest.mark.parametrize(
    ("node", "id_"),
    [
        ("method/kitenet", "method/kitenet"),
        ("method:kitenet", "method/kitenet"),
        (r"method:kitenet\/generator", "method/kitenet/generator"),
        ("https://w3id.org/paperkg/paper/arxiv-2001.00001", "paper/arxiv-2001.00001"),
        ("paper/doi-10.1000%2Fa:b", "paper/doi-10.1000%2Fa:b"),
        ("*", "*"),
    ],
)
def test_nodes_are_named_as_everywhere(node: str, id_: str):
    assert parse_corrections(f"drop\t{node}\tcites\t*", "c.tsv").dropped == ((id_, "cites", "*"),)


def test_file_that_cannot_be_read_is_named(tmp_path: Path):
    path = tmp_path / "c.tsv"
    with pytest.raises(LexiconError, match="cannot be read") as caught:
        read_corrections(path)
    assert caught.value.place == str(path)
    path.write_bytes(b"same\t\xff\tb\n")
    with pytest.raises(LexiconError, match="cannot be read"):
        read_corrections(path)


def test_documented_example():
    page = Path(__file__).resolve().parents[1] / "docs" / "corrections.md"
    (block,) = re.findall(r"^```tsv\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    assert parse_corrections(block, "docs") == Corrections(
        same=(("StyleGAN2", "StyleGAN v2"),),
        renamed=(("Unet", "U-Net"),),
        aliases=(("U-Net", "UNet architecture"),),
        kinds=(("AdaIN", Kind.METHOD),),
        dropped=(
            ("paper/arxiv-1912.01865", "usesMethod", "method/gan"),
            ("*", "discusses", "concept/images"),
        ),
    )


# ------------------------------------------------------------------------------ on a graph


def corrected(text: str, page: Page, *findings: Finding) -> Graph:
    corrections = parse_corrections(text, "c.tsv")
    items = [Extracted(page, findings)]
    return resolve([reading_of(page)], items, Lexicon({}), corrections).graph


def labels(graph: Graph) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {e.id: (e.name, e.aliases) for e in graph.entities if e.id != "paper/a"}


def test_same_makes_two_things_one_and_names_it():
    page = hand_page("KiteNet", "WingNet", title="A")
    graph = corrected(
        "same\tWingNet\tKiteNet\n",
        page,
        finding(page, Relation.USES_METHOD, "KiteNet"),
        finding(page, Relation.USES_METHOD, "WingNet"),
    )
    assert labels(graph) == {"method/wingnet": ("WingNet", ("KiteNet",))}


def test_same_names_a_thing_by_its_first_though_a_third_form_is_used_most():
    page = hand_page("KiteNet is the KN1", "WingNet", title="A")
    graph = corrected(
        "same\tWingNet\tKiteNet\n",
        page,
        finding(page, Relation.USES_METHOD, "KN1", "KiteNet"),
        finding(page, Relation.PROPOSES, "KN1"),
        finding(page, Relation.USES_METHOD, "WingNet"),
    )
    assert labels(graph) == {"method/wingnet": ("WingNet", ("KN1", "KiteNet"))}


def test_same_and_rename_hold_for_papers_without_identifier_too():
    page = hand_page("KiteNet", "WingNet", title="A")
    findings = (
        finding(page, Relation.CITES, "KiteNet", kind=Kind.PAPER),
        finding(page, Relation.BUILDS_ON, "WingNet", kind=Kind.PAPER),
    )
    graph = corrected("same\tWingNet\tKiteNet\n", page, *findings)
    assert [(a.relation, a.object) for a in graph.assertions] == [("buildsOn", "paper/wingnet")]
    graph = corrected("rename\tWingNet\tWing-Net 1\n", page, *findings[1:])
    assert [a.object for a in graph.assertions] == ["paper/wing-net-1"]


def test_rename_gives_the_name_and_keeps_the_old_one_as_a_label():
    page = hand_page("Kitenett", title="A")
    graph = corrected(
        "rename\tKite nett\tKiteNet\n", page, finding(page, Relation.USES_METHOD, "Kitenett")
    )
    assert labels(graph) == {"method/kitenet": ("KiteNet", ("Kitenett",))}


def test_rename_to_the_name_of_another_thing_makes_them_one():
    page = hand_page("Kitenett", "KiteNet", title="A")
    graph = corrected(
        "rename\tKitenett\tKiteNet\n",
        page,
        finding(page, Relation.USES_METHOD, "Kitenett"),
        finding(page, Relation.USES_METHOD, "KiteNet"),
    )
    assert labels(graph) == {"method/kitenet": ("KiteNet", ("Kitenett",))}


@pytest.mark.parametrize("name", ["KiteNet", "WingNet", "wing-nets"])
def test_alias_and_kind_find_a_thing_by_its_old_and_its_new_name(name: str):
    page = hand_page("KiteNet", title="A")
    graph = corrected(
        f"rename\tKiteNet\tWingNet\nalias\t{name}\tThe Wing\nkind\t{name}\tDataset\n",
        page,
        finding(page, Relation.USES_METHOD, "KiteNet"),
    )
    assert labels(graph) == {"dataset/wingnet": ("WingNet", ("KiteNet", "The Wing"))}
    assert [a.relation for a in graph.assertions] == [Relation.USES_DATASET]


def test_kind_overrules_every_summary():
    page = hand_page("gust", title="A")
    graph = corrected(
        "kind\tgust\tMethod\n",
        page,
        finding(page, Relation.DISCUSSES, "gust", kind=Kind.CONCEPT, confidence=0.9),
    )
    assert [(a.relation, a.object) for a in graph.assertions] == [("usesMethod", "method/gust")]


def test_dropped_triple_is_gone_with_what_only_it_named():
    page = hand_page("KiteNet", "WingNet", title="A")
    graph = corrected(
        "drop\tpaper/a\tusesMethod\tmethod/kitenet\n",
        page,
        finding(page, Relation.USES_METHOD, "KiteNet"),
        finding(page, Relation.USES_METHOD, "WingNet"),
    )
    assert labels(graph) == {"method/wingnet": ("WingNet", ())}


def test_star_matches_every_end_and_every_relation():
    page = hand_page("KiteNet", "WingNet", title="A")
    findings = (
        finding(page, Relation.USES_METHOD, "KiteNet"),
        finding(page, Relation.VARIANT_OF, "KiteNet", subject=Naming(Kind.METHOD, ("WingNet",))),
    )
    assert corrected("drop\t*\t*\tmethod/kitenet\n", page, *findings).assertions == ()
    assert len(corrected("drop\tpaper/a\t*\t*\n", page, *findings).assertions) == 1


def test_what_is_left_when_a_triple_is_dropped_is_as_if_it_had_never_been_said():
    page = hand_page("KiteNet", "WingNet", title="A")
    graph = corrected(
        "drop\t*\textends\t*\ndrop\t*\tproposes\t*\n",
        page,
        finding(page, Relation.EXTENDS, "KiteNet", kind=Kind.PAPER),
        finding(page, Relation.CITES, "KiteNet", kind=Kind.PAPER),
        finding(page, Relation.PROPOSES, "WingNet"),
        finding(page, Relation.USES_METHOD, "WingNet"),
    )
    assert [(a.relation, a.object) for a in graph.assertions] == [
        ("cites", "paper/kitenet"),
        ("usesMethod", "method/wingnet"),
    ]


def test_correction_of_what_is_not_there_changes_nothing():
    page = hand_page("KiteNet", title="A")
    use = finding(page, Relation.USES_METHOD, "KiteNet")
    text = "same\tA1\tB1\nrename\tC1\tD1\nalias\tE1\tF1\nkind\tG1\tLoss\ndrop\tx\tcites\ty\n"
    assert corrected(text, page, use) == corrected("", page, use)
