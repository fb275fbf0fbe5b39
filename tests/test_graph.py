from dataclasses import replace

from graphs import STARGAN_V2, small_graph

from kg.graph import Graph
from kg.model import Assertion, Entity, Kind, Relation, SourceDocument, Span


def test_the_canonical_form_is_sorted_and_stays():
    graph = small_graph()
    shuffled = Graph(
        graph.entities[::-1], graph.topics[::-1], graph.sources[::-1], graph.assertions[::-1]
    )
    assert shuffled != graph
    assert shuffled.canonical() == graph
    assert graph.canonical() == graph
    assert [e.id for e in graph.entities] == sorted(e.id for e in graph.entities)


def test_aliases_are_sorted_and_never_the_name():
    entity = Entity("method/x", Kind.METHOD, "X", ("b", "X", "a", "b"))
    assert Graph((entity,), (), (), ()).canonical().entities[0].aliases == ("a", "b")


def test_copies_of_an_assertion_become_one():
    first = small_graph().assertions[0]
    other = replace(first.evidence[0], span=Span(0, 9), mention=Span(1, 2))
    twin = replace(first, evidence=(other,), confidence=0.9994)
    (merged,) = Graph((), (), (), (first, twin)).canonical().assertions
    assert merged.confidence == 0.999
    assert merged.evidence == (other, *first.evidence)


def test_an_assertion_has_one_evidence_a_place_and_rule():
    first = small_graph().assertions[0]
    (e,) = first.evidence
    later = replace(e, mention=Span(e.mention.start + 1, e.mention.end))
    doubled = Assertion(first.subject, first.relation, first.object, (later, e), 0.5)
    (kept,) = Graph((), (), (), (doubled,)).canonical().assertions
    assert kept.evidence == (e,)


def test_the_order_of_a_source_is_its_own():
    source = SourceDocument("source/a", "a", summarises=("paper/z", "paper/b", "paper/z"))
    assert Graph((), (), (source,), ()).canonical().sources[0].summarises == ("paper/z", "paper/b")


def test_look_up_by_id():
    graph = small_graph()
    assert graph.by_id[STARGAN_V2].name == "StarGAN v2"
    assert len(list(graph.papers)) == 9
    assert any(a.relation is Relation.EXTENDS for a in graph.assertions)


def test_a_graph_says_in_one_line_what_it_holds() -> None:
    assert repr(small_graph()) == "<kg.Graph: 9 papers, 14 other entities, 20 assertions>"
