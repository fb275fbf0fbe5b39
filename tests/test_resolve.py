"""Findings written by hand, and the graph that they must become."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.corrections import Corrections, parse_corrections
from kg.extract.findings import Finding, Naming, Support
from kg.extract.words import Page
from kg.graph import Graph
from kg.lexicon import FILES, Lexicon, read_lexicon
from kg.model import (
    BETWEEN_ENTITIES,
    PRIOR_WORK,
    Identifiers,
    Kind,
    Paper,
    Reference,
    Relation,
    Span,
)
from kg.resolve import RELATION_TO, Extracted, Resolved, resolve
from tests.pages import finding, hand_page, mention, reading_of

EMPTY = Lexicon({})
Triple = tuple[str, str, str]


def arxiv(number: str) -> Identifiers:
    return Identifiers(arxiv=number)


def resolved(
    *items: tuple[Page, Iterable[Finding]],
    listed: tuple[Reference, ...] = (),
    lexicon: Lexicon = EMPTY,
    corrections: Corrections | str = "",
) -> Resolved:
    """Each page as a source of its own; `listed` papers stand in the source of the first."""
    if isinstance(corrections, str):
        corrections = parse_corrections(corrections, "corrections.tsv")
    readings = [
        reading_of(page, listed=listed if not i else ()) for i, (page, _) in enumerate(items)
    ]
    extracted = [Extracted(page, tuple(findings)) for page, findings in items]
    return resolve(readings, extracted, lexicon, corrections)


def triples(graph: Graph) -> set[Triple]:
    return {(a.subject, str(a.relation), a.object) for a in graph.assertions}


def confidences(graph: Graph) -> dict[Triple, float]:
    return {(a.subject, str(a.relation), a.object): a.confidence for a in graph.assertions}


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    folder = tmp_path_factory.mktemp("lexicon")
    rows: dict[Kind, list[str]] = {kind: [] for kind in FILES}
    rows[Kind.METHOD] += [
        "kite network\tKN | KNT | kite net | net of kites\t\tfamily",
        "HOVER\t\t\tsystem",
    ]
    rows[Kind.CONCEPT] += ["wind map\tWM\t\t"]
    rows[Kind.LOSS] += ["drag loss\t\t\t"]
    for kind, name in FILES.items():
        lines = ["name\taliases\tbroader\tform", *rows[kind]]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "cased-words.txt").write_text("HOVER\n", encoding="utf-8")
    return read_lexicon(folder)


# ------------------------------------------------------------------------------ things


def test_name_is_the_form_most_used_and_the_others_are_further_labels():
    a = hand_page("Kite-Nets fly", title="A", path="a.md")
    b = hand_page("Kite Net flies", "kite net sinks", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "Kite-Nets")]),
        (b, [finding(b, Relation.USES_METHOD, "Kite Net", "kite net"),
             finding(b, Relation.PROPOSES, "kite net")]),
    ).graph  # fmt: skip
    thing = graph.by_id["method/kite-net"]
    assert (thing.name, thing.aliases) == ("kite net", ("Kite Net", "Kite-Nets"))


def test_ties_of_forms_are_alphabetical_and_singular_wins():
    page = hand_page("tail wings", "tail wing", "Tail wing", title="A")
    graph = resolved(
        (page, [finding(page, Relation.USES_METHOD, "tail wings", "tail wing", "Tail wing")])
    ).graph
    assert graph.by_id["method/tail-wing"].name == "Tail wing"


def test_acronym_explained_in_one_summary_is_known_in_another():
    a = hand_page("tail drift control is TDC", title="A", path="a.md")
    b = hand_page("TDC helps", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.PROPOSES, "tail drift control", "TDC")]),
        (b, [finding(b, Relation.USES_METHOD, "TDC")]),
    ).graph
    assert triples(graph) == {
        ("paper/a", "proposes", "method/tdc"),
        ("paper/b", "usesMethod", "method/tdc"),
    }
    assert graph.by_id["method/tdc"].aliases == ("tail drift control",)


def test_acronym_of_two_things_merges_neither_and_is_listed():
    a = hand_page("tail drift control is TDC", title="A", path="a.md")
    b = hand_page("two dimensional convolution is TDC", title="B", path="b.md")
    c = hand_page("TDC helps", title="C", path="c.md")
    found = resolved(
        (a, [finding(a, Relation.USES_METHOD, "TDC", "tail drift control")]),
        (b, [finding(b, Relation.USES_METHOD, "TDC", "two dimensional convolution")]),
        (c, [finding(c, Relation.USES_METHOD, "TDC")]),
    )
    assert triples(found.graph) == {
        ("paper/a", "usesMethod", "method/tail-drift-control"),
        ("paper/b", "usesMethod", "method/two-dimensional-convolution"),
        ("paper/c", "usesMethod", "method/tdc"),
    }
    assert found.graph.by_id["method/tail-drift-control"].aliases == ("TDC",)
    reasons = {c.reason for c in found.candidates}
    assert reasons >= {"both are called 'tdc' in some summary"}
    assert {frozenset((c.first, c.second)) for c in found.candidates} == {
        frozenset(("method/tail-drift-control", "method/tdc")),
        frozenset(("method/tdc", "method/two-dimensional-convolution")),
    }


def test_acronym_of_the_lexicon_that_a_summary_explains_otherwise_stays_apart(lexicon: Lexicon):
    a = hand_page("wing memory is WM", title="A", path="a.md")
    b = hand_page("WM", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "wing memory", "WM")]),
        (b, [finding(b, Relation.DISCUSSES, "WM", kind=Kind.CONCEPT)]),
        lexicon=lexicon,
    ).graph
    assert triples(graph) == {
        ("paper/a", "usesMethod", "method/wing-memory"),
        ("paper/b", "discusses", "concept/wind-map"),
    }


def test_acronym_does_not_join_a_thing_with_one_that_has_a_word_more_in_front():
    a = hand_page("half supervised soaring is SSS", title="A", path="a.md")
    b = hand_page("supervised soaring is SSS", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "half supervised soaring", "SSS")]),
        (b, [finding(b, Relation.USES_METHOD, "supervised soaring", "SSS")]),
    ).graph
    assert len({o for _, _, o in triples(graph)}) == 2


def test_synonyms_of_one_term_leave_its_acronym_unambiguous(lexicon: Lexicon):
    a = hand_page("the net of kites ( KNT )", title="A", path="a.md")
    b = hand_page("KNT", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "kite networking", "KNT", at="KNT")]),
        (b, [finding(b, Relation.USES_METHOD, "KNT")]),
        lexicon=lexicon,
    ).graph
    assert {o for _, _, o in triples(graph)} == {"method/kite-network"}


def test_spellings_of_one_long_form_leave_an_acronym_unambiguous():
    a = hand_page("Tail-Drift Controls is TDC", title="A", path="a.md")
    b = hand_page("the tail drift control network is TDC", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "TDC", "Tail-Drift Controls")]),
        (b, [finding(b, Relation.USES_METHOD, "TDC", "tail drift control network")]),
    ).graph
    assert {o for _, _, o in triples(graph)} == {"method/tdc"}


def test_short_further_labels_hold_in_one_summary_only():
    a = hand_page("the drag D falls", title="A", path="a.md")
    b = hand_page("the distance D falls", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.DISCUSSES, "drag", "D", kind=Kind.CONCEPT)]),
        (b, [finding(b, Relation.DISCUSSES, "distance", "D", kind=Kind.CONCEPT)]),
    ).graph
    assert {o for _, _, o in triples(graph)} == {"concept/drag", "concept/distance"}
    assert graph.by_id["concept/drag"].aliases == ("D",)


def test_short_label_of_the_lexicon_holds_everywhere(lexicon: Lexicon):
    a = hand_page("the KN falls", title="A", path="a.md")
    b = hand_page("the kite net falls", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "KN")]),
        (b, [finding(b, Relation.USES_METHOD, "kite net")]),
        lexicon=lexicon,
    ).graph
    thing = graph.by_id["method/kite-network"]
    assert (thing.name, thing.aliases) == ("kite network", ("KN", "kite net"))
    assert {o for _, _, o in triples(graph)} == {"method/kite-network"}


def test_everyday_word_is_not_the_term_that_is_written_like_it(lexicon: Lexicon):
    a = hand_page("HOVER flies", title="A", path="a.md")
    b = hand_page("they hover", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.USES_METHOD, "HOVER")]),
        (b, [finding(b, Relation.DISCUSSES, "hover", kind=Kind.CONCEPT)]),
        lexicon=lexicon,
    ).graph
    assert triples(graph) == {
        ("paper/a", "usesMethod", "method/hover"),
        ("paper/b", "discusses", "concept/hover"),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KiteNet", "KiteNet v2"),
        ("KiteNet", "KiteNet2"),
        ("KiteNet-B0", "KiteNet-B3"),
        ("KiteNet v1.5", "KiteNet v15"),
        ("KiteNet", "KiteNet+"),
        ("2D kite", "3D kite"),
    ],
)
def test_versions_stay_apart(first: str, second: str):
    page = hand_page(first, second, title="A")
    graph = resolved(
        (page, [finding(page, Relation.USES_METHOD, first),
                finding(page, Relation.USES_METHOD, second)]),
    ).graph  # fmt: skip
    assert sorted(e.name for e in graph.entities if e.kind is Kind.METHOD) == sorted(
        (first, second)
    )


def test_kind_is_decided_once_for_the_graph_and_the_relation_follows():
    pages = [hand_page("KiteNet flies", title=t, path=f"{t}.md") for t in "ABC"]
    graph = resolved(
        (pages[0], [finding(pages[0], Relation.USES_METHOD, "KiteNet", confidence=0.6)]),
        (pages[1], [finding(pages[1], Relation.PROPOSES, "KiteNet", confidence=0.7)]),
        (pages[2], [finding(pages[2], Relation.DISCUSSES, "KiteNet", kind=Kind.CONCEPT)]),
    ).graph
    assert confidences(graph) == {
        ("paper/a", "usesMethod", "method/kitenet"): 0.6,
        ("paper/b", "proposes", "method/kitenet"): 0.7,
        ("paper/c", "usesMethod", "method/kitenet"): 0.4,
    }


def test_lexicon_outweighs_two_summaries_on_a_kind(lexicon: Lexicon):
    pages = [hand_page("drag loss", title=t, path=f"{t}.md") for t in "AB"]
    graph = resolved(
        *((p, [finding(p, Relation.DISCUSSES, "drag loss", kind=Kind.CONCEPT, confidence=0.9)])
          for p in pages),
        lexicon=lexicon,
    ).graph  # fmt: skip
    assert triples(graph) == {
        ("paper/a", "usesLoss", "loss/drag-loss"),
        ("paper/b", "usesLoss", "loss/drag-loss"),
    }


def test_a_concept_is_discussed_and_not_proposed(lexicon: Lexicon):
    page = hand_page("wind map", title="A")
    graph = resolved(
        (page, [finding(page, Relation.PROPOSES, "wind map", confidence=0.5)]), lexicon=lexicon
    ).graph
    assert confidences(graph) == {("paper/a", "discusses", "concept/wind-map"): 0.4}


def test_nothing_is_used_for_a_concept(lexicon: Lexicon):
    page = hand_page("KiteNet maps the wind map", title="A")
    graph = resolved(
        (page, [finding(page, Relation.USED_FOR, "wind map", kind=Kind.TASK,
                        subject=Naming(Kind.METHOD, ("KiteNet",)))]),
        lexicon=lexicon,
    ).graph  # fmt: skip
    assert triples(graph) == set()


def test_generic_part_belongs_to_its_system_and_is_a_kind_of_the_generic_one():
    a = hand_page("KiteNet has a generator", title="A", path="a.md")
    b = hand_page("WingNet has generators", title="B", path="b.md")
    items = []
    for page, system, part in ((a, "KiteNet", "generator"), (b, "WingNet", "generators")):
        own = Naming(Kind.METHOD, (system,))
        scoped = Naming(Kind.METHOD, (part,), part_of=own)
        items.append((page, [
            finding(page, Relation.PROPOSES, system),
            finding(page, Relation.USES_METHOD, part, part_of=own),
            finding(page, Relation.PART_OF, system, subject=scoped),
        ]))  # fmt: skip
    graph = resolved(*items).graph
    assert triples(graph) == {
        ("paper/a", "proposes", "method/kitenet"),
        ("paper/a", "usesMethod", "method/kitenet/generator"),
        ("method/kitenet/generator", "partOf", "method/kitenet"),
        ("method/kitenet/generator", "variantOf", "method/generator"),
        ("paper/b", "proposes", "method/wingnet"),
        ("paper/b", "usesMethod", "method/wingnet/generator"),
        ("method/wingnet/generator", "partOf", "method/wingnet"),
        ("method/wingnet/generator", "variantOf", "method/generator"),
    }
    assert graph.by_id["method/kitenet/generator"].name == "generator"
    assert graph.by_id["method/wingnet/generator"].name == "generators"
    assert graph.by_id["method/generator"].name == "generator"


def test_nothing_is_related_to_itself():
    page = hand_page("Kite Net is a kite-net", title="A", identifiers=arxiv("2001.00001"))
    own = Naming(Kind.METHOD, ("Kite Net",))
    graph = resolved(
        (page, [
            finding(page, Relation.PROPOSES, "Kite Net"),
            finding(page, Relation.VARIANT_OF, "kite-net", subject=own),
            finding(page, Relation.CITES, "Kite Net", kind=Kind.PAPER, ids=arxiv("2001.00001")),
            finding(page, Relation.BUILDS_ON, "kite-net", kind=Kind.PAPER),
        ]),
    ).graph  # fmt: skip
    assert triples(graph) == {("paper/arxiv-2001.00001", "proposes", "method/kite-net")}


def test_what_is_proposed_is_not_used_too_unless_it_is_a_loss():
    page = hand_page("KiteNet has a tail loss", title="A")
    graph = resolved(
        (page, [
            finding(page, Relation.PROPOSES, "KiteNet"),
            finding(page, Relation.USES_METHOD, "KiteNet"),
            finding(page, Relation.PROPOSES, "tail loss", kind=Kind.LOSS),
            finding(page, Relation.USES_LOSS, "tail loss", kind=Kind.LOSS),
        ]),
    ).graph  # fmt: skip
    assert triples(graph) == {
        ("paper/a", "proposes", "method/kitenet"),
        ("paper/a", "proposes", "loss/tail-loss"),
        ("paper/a", "usesLoss", "loss/tail-loss"),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("wing corelation", "wing correlation"),
        ("wing corrolation", "wing correlation"),
        ("candidate wing", "wing candidate"),
    ],
)
def test_two_things_that_are_spelled_alike_are_candidates_and_no_merge(first: str, second: str):
    page = hand_page(first, second, title="A")
    found = resolved(
        (page, [finding(page, Relation.USES_METHOD, first),
                finding(page, Relation.USES_METHOD, second)]),
    )  # fmt: skip
    ids = {o for _, _, o in triples(found.graph)}
    assert len(ids) == 2
    assert [({c.first, c.second}, c.reason) for c in found.candidates] == [
        (ids, "they are spelled alike")
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KiteNet-50", "KiteNet-51"),
        ("KiteNet-50", "KiteNet-5"),
        ("wing correlation", "wing curvature"),
        ("panoptic segmentation", "assessing composition"),
        ("MNIST", "KMNIST"),
    ],
)
def test_other_things_are_no_candidates(first: str, second: str):
    page = hand_page(first, second, title="A")
    found = resolved(
        (page, [finding(page, Relation.USES_METHOD, first),
                finding(page, Relation.USES_METHOD, second)]),
    )  # fmt: skip
    assert found.candidates == ()


def test_letters_that_begin_the_words_of_another_name_are_a_candidate():
    page = hand_page("TDC", "tail drift control", title="A")
    found = resolved(
        (page, [finding(page, Relation.USES_METHOD, "TDC"),
                finding(page, Relation.USES_METHOD, "tail drift control")]),
    )  # fmt: skip
    assert [(c.first, c.second, c.reason) for c in found.candidates] == [
        ("method/tdc", "method/tail-drift-control",
         "the letters of one begin the words of the other")
    ]  # fmt: skip


# ------------------------------------------------------------------------------ papers


def paper_of(graph: Graph, id_: str) -> Paper:
    paper = graph.by_id[id_]
    assert isinstance(paper, Paper)
    return paper


def test_papers_are_one_by_identifier_and_by_title():
    a = hand_page("one", title="Kites: a Survey", identifiers=arxiv("2001.00001"), path="a.md")
    b = hand_page("two", title="Kites, a survey", path="b.md")
    c = hand_page("three", title="Other Words", identifiers=arxiv("2001.00001v3"), path="c.md")
    graph = resolved((a, ()), (b, ()), (c, ())).graph
    assert [e.id for e in graph.entities] == ["paper/arxiv-2001.00001"]
    paper = paper_of(graph, "paper/arxiv-2001.00001")
    assert (paper.title, paper.aliases) == ("Kites: a Survey", ("Kites, a survey", "Other Words"))
    assert [s.summarises for s in graph.sources] == [("paper/arxiv-2001.00001",)] * 3


def test_paper_listed_by_title_and_linked_in_prose_is_one():
    """A paper may stand in a list with its title and in prose with its name."""
    ids = arxiv("1903.06048")
    listed = Reference("MSG-GAN: Multi-Scale Gradients for Adversarial Networks", ids, Span(0, 3))
    page = hand_page("MSG-GAN helps", title="A", topic=("Synthesis",))
    graph = resolved(
        (page, [finding(page, Relation.BUILDS_ON, "MSG-GAN", kind=Kind.PAPER, ids=ids)]),
        listed=(listed,),
    ).graph
    paper = paper_of(graph, "paper/arxiv-1903.06048")
    assert (paper.title, paper.aliases, paper.year) == (listed.title, ("MSG-GAN",), 2019)
    assert triples(graph) == {("paper/a", "buildsOn", paper.id)}
    assert graph.sources[0].lists == (paper.id,)


def test_name_without_link_is_the_paper_whose_title_begins_with_it():
    listed = Reference("KiteNet: Kites that Fly", arxiv("2001.00002"), Span(0, 3))
    page = hand_page("Kite-Net helps", title="A")
    graph = resolved(
        (page, [finding(page, Relation.BUILDS_ON, "Kite-Net", kind=Kind.PAPER)]), listed=(listed,)
    ).graph
    assert triples(graph) == {("paper/a", "buildsOn", "paper/arxiv-2001.00002")}


def test_words_before_a_colon_that_are_no_name_are_not_one():
    listed = Reference("Deep kites: a survey", arxiv("2001.00002"), Span(0, 3))
    page = hand_page("Deep kites", title="A")
    graph = resolved(
        (page, [finding(page, Relation.BUILDS_ON, "Deep kites", kind=Kind.PAPER)]), listed=(listed,)
    ).graph
    assert triples(graph) == {("paper/a", "buildsOn", "paper/deep-kites")}


def test_name_without_link_is_the_paper_that_proposes_the_system():
    a = hand_page(
        "KiteNet flies", title="Flying Kites", identifiers=arxiv("2001.00001"), path="a.md"
    )
    b = hand_page("KiteNet links", "Kite-Net helps", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.PROPOSES, "KiteNet")]),
        (b, [finding(b, Relation.CITES, "KiteNet", kind=Kind.PAPER, ids=arxiv("2001.00009")),
             finding(b, Relation.BUILDS_ON, "Kite-Net", kind=Kind.PAPER)]),
    ).graph  # fmt: skip
    assert triples(graph) == {
        ("paper/arxiv-2001.00001", "proposes", "method/kitenet"),
        ("paper/b", "cites", "paper/arxiv-2001.00009"),
        ("paper/b", "buildsOn", "paper/arxiv-2001.00001"),
    }


def test_name_without_link_is_else_the_linked_paper_so_labelled():
    a = hand_page("KiteNet links", title="A", path="a.md")
    b = hand_page("KiteNet helps", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.CITES, "KiteNet", kind=Kind.PAPER, ids=arxiv("2001.00009"))]),
        (b, [finding(b, Relation.BUILDS_ON, "KiteNet", kind=Kind.PAPER)]),
    ).graph
    assert ("paper/b", "buildsOn", "paper/arxiv-2001.00009") in triples(graph)


def test_name_of_two_linked_papers_is_neither():
    a = hand_page("KiteNet links", title="A", path="a.md")
    b = hand_page("KiteNet helps", title="B", path="b.md")
    c = hand_page("KiteNet sinks", title="C", path="c.md")
    graph = resolved(
        (a, [finding(a, Relation.CITES, "KiteNet", kind=Kind.PAPER, ids=arxiv("2001.00008"))]),
        (b, [finding(b, Relation.CITES, "KiteNet", kind=Kind.PAPER, ids=arxiv("2001.00009"))]),
        (c, [finding(c, Relation.CITES, "KiteNet", kind=Kind.PAPER)]),
    ).graph
    assert ("paper/c", "cites", "paper/kitenet") in triples(graph)


def test_spellings_of_a_paper_without_identifier_are_one_and_it_has_no_title():
    a = hand_page("Mask Kite-Net", title="A", path="a.md")
    b = hand_page("MaskKite Net helps", title="B", path="b.md")
    graph = resolved(
        (a, [finding(a, Relation.CITES, "Mask Kite-Net", kind=Kind.PAPER)]),
        (b, [finding(b, Relation.CITES, "MaskKite Net", kind=Kind.PAPER)]),
    ).graph
    assert triples(graph) == {
        ("paper/a", "cites", "paper/mask-kite-net"),
        ("paper/b", "cites", "paper/mask-kite-net"),
    }
    paper = paper_of(graph, "paper/mask-kite-net")
    assert (paper.name, paper.aliases, paper.title) == ("Mask Kite-Net", ("MaskKite Net",), None)


def test_versions_of_a_named_paper_stay_apart():
    page = hand_page("KiteNet", "KiteNet v2", title="A")
    graph = resolved(
        (page, [finding(page, Relation.CITES, "KiteNet", kind=Kind.PAPER),
                finding(page, Relation.EXTENDS, "KiteNet v2", kind=Kind.PAPER)]),
    ).graph  # fmt: skip
    assert triples(graph) == {
        ("paper/a", "cites", "paper/kitenet"),
        ("paper/a", "extends", "paper/kitenet-v2"),
    }


def test_system_and_its_paper_are_two_nodes():
    page = hand_page(
        "KiteNet v2 extends KiteNet", title="KiteNet v2", identifiers=arxiv("2001.00001")
    )
    graph = resolved(
        (page, [finding(page, Relation.PROPOSES, "KiteNet v2"),
                finding(page, Relation.EXTENDS, "KiteNet", kind=Kind.PAPER),
                finding(page, Relation.VARIANT_OF, "KiteNet",
                        subject=Naming(Kind.METHOD, ("KiteNet v2",)))]),
    ).graph  # fmt: skip
    assert triples(graph) == {
        ("paper/arxiv-2001.00001", "proposes", "method/kitenet-v2"),
        ("paper/arxiv-2001.00001", "extends", "paper/kitenet"),
        ("method/kitenet-v2", "variantOf", "method/kitenet"),
    }


def test_one_relation_for_a_pair_of_papers_the_strongest_that_is_not_unlikely():
    ids = arxiv("2001.00009")
    page = hand_page("KiteNet", title="A")

    def said(*pairs: tuple[Relation, float]) -> set[Triple]:
        return triples(resolved((page, [
            finding(page, r, "KiteNet", kind=Kind.PAPER, ids=ids, confidence=c) for r, c in pairs
        ])).graph)  # fmt: skip

    other = "paper/arxiv-2001.00009"
    assert said((Relation.CITES, 0.9), (Relation.BUILDS_ON, 0.4)) == {
        ("paper/a", "buildsOn", other)
    }
    assert said((Relation.CITES, 0.9), (Relation.EXTENDS, 0.2)) == {("paper/a", "cites", other)}
    assert said((Relation.COMPARES_WITH, 0.5), (Relation.EXTENDS, 0.5)) == {
        ("paper/a", "extends", other)
    }


@pytest.mark.parametrize(
    ("identifiers", "year", "expected"),
    [
        (arxiv("1703.06870"), None, 2017),
        (arxiv("1703.06870"), 2018, 2018),
        (arxiv("cs/9901001"), None, 1999),
        (Identifiers(doi="10.1000/182"), None, None),
        (Identifiers(doi="10.48550/arXiv.1703.06870"), 2019, 2019),
    ],
)
def test_year_is_the_one_given_else_that_of_the_arxiv_id(
    identifiers: Identifiers, year: int | None, expected: int | None
):
    page = hand_page("kites", title="A", identifiers=identifiers, year=year)
    (paper,) = resolved((page, ())).graph.papers
    assert paper.year == expected


def test_paper_in_two_sources_keeps_the_first_title_and_gains_what_only_the_second_has():
    a = hand_page("one", title="Kites", path="a.md")
    b = hand_page("two", title="kites", path="b.md", topic=("Flying",), year=2001)
    graph = resolved((a, ()), (b, ())).graph
    paper = paper_of(graph, "paper/kites")
    assert (paper.title, paper.aliases) == ("Kites", ("kites",))
    assert (paper.year, paper.topic) == (2001, "topic/flying")


def test_topics_are_one_by_their_chain_of_headings():
    chains = [
        ("Vision", "Segmentation"),
        ("Medicine", "Segmentation"),
        ("Sound", "Segmentation"),
        ("vision", "segmentation"),
        ("Segmentation",),
    ]
    pages = [hand_page("w", title=f"P{i}", topic=c, path=f"{i}.md") for i, c in enumerate(chains)]
    graph = resolved(*((page, ()) for page in pages)).graph
    assert {t.id: (t.name, t.broader) for t in graph.topics} == {
        "topic/vision": ("Vision", None),
        "topic/segmentation": ("Segmentation", "topic/vision"),
        "topic/medicine": ("Medicine", None),
        "topic/medicine-segmentation": ("Segmentation", "topic/medicine"),
        "topic/sound": ("Sound", None),
        "topic/sound-segmentation": ("Segmentation", "topic/sound"),
        "topic/segmentation-" + _mark(graph): ("Segmentation", None),
    }
    assert [paper_of(graph, f"paper/p{i}").topic for i in range(4)] == [
        "topic/segmentation",
        "topic/medicine-segmentation",
        "topic/sound-segmentation",
        "topic/segmentation",
    ]


def _mark(graph: Graph) -> str:
    (marked,) = (t.id for t in graph.topics if t.id.startswith("topic/segmentation-"))
    return marked.removeprefix("topic/segmentation-")


# ------------------------------------------------------------------------------ confidence


def test_repetition_in_one_summary_does_not_raise_the_confidence():
    page = hand_page("KiteNet flies", "KiteNet sinks", title="A")
    sunk = mention(page, "sinks")
    again = Finding(
        None,
        Relation.USES_METHOD,
        Naming(Kind.METHOD, ("KiteNet",)),
        (Support(sunk._replace(first=0, last=0, label="KiteNet"), "rule"),),
        0.4,
    )
    graph = resolved((page, [finding(page, Relation.USES_METHOD, "KiteNet"), again])).graph
    (assertion,) = graph.assertions
    assert assertion.confidence == 0.5
    assert [e.quote for e in assertion.evidence] == ["KiteNet flies", "KiteNet sinks"]


def test_summaries_that_agree_raise_the_confidence():
    pages = [hand_page("KiteNet", title=f"P{n}", path=f"{n}.md") for n in range(2)]
    own = Naming(Kind.METHOD, ("WingNet",))
    graph = resolved(
        *((p, [finding(p, Relation.VARIANT_OF, "KiteNet", subject=own)]) for p in pages)
    ).graph
    assert confidences(graph) == {("method/wingnet", "variantOf", "method/kitenet"): 0.75}


def test_confidence_never_reaches_one():
    pages = [hand_page("KiteNet", title=f"P{n}", path=f"{n}.md") for n in range(4)]
    own = Naming(Kind.METHOD, ("WingNet",))
    graph = resolved(
        *((p, [finding(p, Relation.VARIANT_OF, "KiteNet", subject=own, confidence=0.99)])
          for p in pages),
    ).graph  # fmt: skip
    assert list(confidences(graph).values()) == [0.999]


def test_evidence_says_where_it_stands():
    page = hand_page("The/DET wind blows", "Our KiteNet flies fast", title="A", path="notes/a.md")
    graph = resolved((page, [finding(page, Relation.USES_METHOD, "KiteNet", rule="uses")])).graph
    (evidence,) = graph.assertions[0].evidence
    text = "The wind blows\n\nOur KiteNet flies fast"
    assert text[evidence.span.start : evidence.span.end] == "Our KiteNet flies fast"
    assert text[evidence.mention.start : evidence.mention.end] == "KiteNet"
    assert (evidence.source, evidence.about, evidence.line, evidence.rule) == (
        "source/notes-a-md",
        "paper/a",
        3,
        "uses",
    )


# ------------------------------------------------------------------------------ any findings

NAMES = (
    *(
        "KiteNet",
        "Kite Net",
        "KiteNets",
        "KiteNet v2",
        "tail loss",
        "Tail-Losses",
        "TDC",
        "D",
        "D2",
    ),
    *("tail drift control", "two dimensional convolution", "generator", "β-kite", "+", "C++", "KN"),
    *("kite network", "wind map", "hover", "HOVER", "drag loss", "c plus plus", "中文"),
)
OBJECTS: dict[Relation, set[Kind]] = {
    **{relation: {kind} for kind, relation in RELATION_TO.items()},
    **{relation: {Kind.PAPER} for relation in PRIOR_WORK},
    Relation.PART_OF: set(FILES),
    Relation.VARIANT_OF: set(FILES),
    Relation.PROPOSES: set(FILES) - {Kind.CONCEPT},
    Relation.USED_FOR: {Kind.TASK, Kind.METHOD},
}


@st.composite
def a_finding(draw: st.DrawFn, page: Page) -> Finding:
    labels = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple)
    relation = draw(st.sampled_from(Relation))
    kind = draw(st.sampled_from(sorted(OBJECTS[relation])))
    subject = None
    if relation in BETWEEN_ENTITIES:
        subject = Naming(draw(st.sampled_from(sorted(FILES))), draw(labels))
    ids = Identifiers()
    if kind is Kind.PAPER:
        ids = draw(st.sampled_from([Identifiers(), arxiv("2001.00001"), arxiv("2001.00003")]))
    support = (Support(mention(page, "word"), draw(st.sampled_from(["rule", "other"]))),)
    confidence = draw(st.sampled_from([0.1, 0.5, 0.9]))
    return Finding(subject, relation, Naming(kind, draw(labels), ids), support, confidence)


@st.composite
def summaries(draw: st.DrawFn) -> list[tuple[Page, tuple[Finding, ...]]]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        page = hand_page(
            "a word",
            title=draw(st.sampled_from(["KiteNet: Flying", "Kites", "KiteNet", "C++"])),
            identifiers=draw(st.sampled_from([Identifiers(), arxiv("2001.00001")])),
            path=f"{number}.md",
            topic=draw(st.sampled_from([(), ("Wind",), ("Sky", "Wind"), ("Sea", "wind")])),
        )
        findings = draw(st.lists(a_finding(page), max_size=6))
        if findings and draw(st.booleans()):
            own = Naming(Kind.METHOD, ("KiteNet",))
            part = Naming(Kind.METHOD, ("generator",), part_of=own)
            support = findings[0].support
            findings += [
                Finding(None, Relation.PROPOSES, own, support, 0.5),
                Finding(None, Relation.USES_METHOD, part, support, 0.5),
                Finding(part, Relation.PART_OF, own, support, 0.5),
            ]
        found.append((page, tuple(findings)))
    return found


@given(items=summaries())
@settings(max_examples=150, deadline=None)
def test_any_findings_give_a_graph_of_the_vocabulary(
    lexicon: Lexicon, items: list[tuple[Page, tuple[Finding, ...]]]
):
    graph = resolved(*items, lexicon=lexicon).graph
    kinds = {e.id: e.kind for e in graph.entities}
    assert len(kinds) == len(graph.entities)
    named = [
        (e.kind, e.name)
        for e in graph.entities
        if e.kind is not Kind.PAPER and e.id.count("/") == 1
    ]
    assert len(named) == len(set(named))
    assert len({t.id for t in graph.topics}) == len(graph.topics)
    for a in graph.assertions:
        assert a.subject != a.object
        assert a.evidence
        assert 0 <= a.confidence <= 0.999
        assert kinds[a.object] in OBJECTS[a.relation]
        assert (kinds[a.subject] is Kind.PAPER) == (a.relation not in BETWEEN_ENTITIES)
    prior = [(a.subject, a.object) for a in graph.assertions if a.relation in PRIOR_WORK]
    assert len(prior) == len(set(prior))
    assert graph.canonical() == graph


@given(items=summaries())
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_sources_makes_no_difference(
    lexicon: Lexicon, items: list[tuple[Page, tuple[Finding, ...]]]
):
    assert resolved(*items, lexicon=lexicon) == resolved(*reversed(items), lexicon=lexicon)
