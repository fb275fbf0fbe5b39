"""The hand-made graph keeps the promises that the other tests build on."""

from graphs import TEXTS, plain, small_graph


def test_every_quote_and_mention_stands_at_its_place():
    for assertion in small_graph().assertions:
        for e in assertion.evidence:
            text = TEXTS[e.source]
            assert plain(text[e.span.start : e.span.end]) == e.quote
            assert e.span.start <= e.mention.start < e.mention.end <= e.span.end
            assert text.count("\n", 0, e.span.start) + 1 == e.line


def test_every_node_that_is_named_is_there():
    graph = small_graph()
    known = set(graph.by_id)
    assert {a.subject for a in graph.assertions} | {a.object for a in graph.assertions} <= known
    assert {e.about for a in graph.assertions for e in a.evidence} <= known
    assert {p for s in graph.sources for p in (*s.summarises, *s.lists)} <= known
    assert {p.topic for p in graph.papers} - {None} <= {t.id for t in graph.topics}
    connected = {a.subject for a in graph.assertions} | {a.object for a in graph.assertions}
    listed = {p for s in graph.sources for p in s.lists}
    assert known == connected | listed
