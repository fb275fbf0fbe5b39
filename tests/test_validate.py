import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from graphs import EFFICIENTDET, MASK_RCNN, STARGAN, STARGAN_V2, graphs, small_graph
from hypothesis import HealthCheck, given, settings
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from kg.errors import ExportsError
from kg.model import Relation
from kg.rdf import Description, described, to_rdf, write_turtle
from kg.validate import Finding, validate
from kg.vocabulary import BASE, DCT, KG, OA, RDF, RDFS, SKOS, XSD, assertion_id, prefixes

ASSERTION = assertion_id(STARGAN_V2, Relation.EXTENDS, STARGAN)


def iri(id_or_term: str) -> NamedNode:
    return NamedNode(id_or_term if id_or_term.startswith("http") else BASE + id_or_term)


def whole(value: str, datatype: str = XSD.integer) -> Literal:
    return Literal(value, datatype=iri(datatype))


def evidence_of(assertion: str) -> NamedNode:
    return next(
        t.object
        for t in to_rdf(small_graph())
        if t.subject == iri(assertion) and t.predicate.value == KG.evidence
    )


EVIDENCE = evidence_of(ASSERTION)


def check(path: Path, triples: list[Triple]) -> list[tuple[str, str]]:
    """(node, message) of what is wrong with these triples."""
    serialize(triples, path, RdfFormat.TURTLE, prefixes=prefixes())
    return [(f.node, f.message) for f in validate(path)]


def test_a_written_graph_conforms(tmp_path):
    path = tmp_path / "graph.ttl"
    description = Description("T", (("paperkg", "0.1.0"),))
    write_turtle(small_graph(), path, description=description)
    assert validate(path) == []
    assert validate(tmp_path) == []
    write_turtle(small_graph(), path, description=description, base="https://example.org/k/")
    assert validate(path) == []


def test_the_shipped_graph_conforms():
    assert validate(Path(__file__).resolve().parents[1] / "exports") == []


def test_a_graph_without_quotations_conforms_and_one_with_a_gap_does_not(tmp_path):
    path = tmp_path / "graph.ttl"
    write_turtle(small_graph(), path, quotes=False)
    assert validate(path) == []
    gap = [t for t in to_rdf(small_graph())
           if (t.subject, t.predicate.value) != (EVIDENCE, OA.exact)]  # fmt: skip
    node = EVIDENCE.value.removeprefix(BASE).replace("/", ":")
    assert check(path, gap) == [
        (node, "evidence quotes exactly one sentence, and it is not empty")
    ]  # fmt: skip


def drop(id_: str, predicate: str):
    return lambda triples: [
        t for t in triples if (t.subject, t.predicate) != (iri(id_), iri(predicate))
    ]


def add(id_: str, predicate: str, value):
    return lambda triples: [*triples, Triple(iri(id_), iri(predicate), value)]


def put(id_: str, predicate: str, value):
    return lambda triples: add(id_, predicate, value)(drop(id_, predicate)(triples))


CONFIDENCE = "an assertion has exactly one confidence from 0 to 1, with at most three decimals"
TITLE = "a summarised or listed paper has exactly one title"
ASSERTED = "this node is the subject of a triple that no assertion stands for"


@pytest.mark.parametrize(
    ("change", "node", "message"),
    [
        (drop(ASSERTION, KG.confidence), ASSERTION, CONFIDENCE),
        (add(ASSERTION, KG.confidence, whole("0.1", XSD.decimal)), ASSERTION, CONFIDENCE),
        (put(ASSERTION, KG.confidence, whole("1.2", XSD.decimal)), ASSERTION, CONFIDENCE),
        (put(ASSERTION, KG.confidence, whole("0.1234", XSD.decimal)), ASSERTION, CONFIDENCE),
        (put(ASSERTION, KG.confidence, Literal("0.9")), ASSERTION, CONFIDENCE),
        (drop(STARGAN_V2, DCT.title), STARGAN_V2, TITLE),
        (drop(MASK_RCNN, DCT.title), MASK_RCNN, TITLE),
        (
            put(STARGAN, KG.year, whole("17")),
            STARGAN,
            "a year is one xsd:integer with four digits",
        ),
        (
            put(STARGAN, KG.arxivId, Literal("1711.09020v3")),
            STARGAN,
            "an arXiv id is one plain id without version, such as 1912.01865 or cs/0101001",
        ),
        (
            add("method/adain", SKOS.prefLabel, Literal("Ada")),
            "method/adain",
            "a node has exactly one preferred label, and it is not empty",
        ),
        (
            put("method/adain", RDFS.label, Literal("Ada")),
            "method/adain",
            "rdfs:label is the preferred label",
        ),
        (
            add("method/adain", SKOS.altLabel, Literal("AdaIN")),
            "method/adain",
            "a further label is not the preferred one again",
        ),
        (
            put(EVIDENCE.value, KG.mentionEnd, whole("99999")),
            EVIDENCE.value,
            "the mention ends at one offset, not after its sentence",
        ),
        (
            put(EVIDENCE.value, OA.end, Literal("5")),
            EVIDENCE.value,
            "evidence ends at one offset",
        ),
        (
            put(EVIDENCE.value, KG.line, whole("0")),
            EVIDENCE.value,
            "evidence stands on one line, counted from 1",
        ),
        (
            add(EVIDENCE.value, KG.about, iri(EFFICIENTDET)),
            EVIDENCE.value,
            "evidence comes from the summary of exactly one paper",
        ),
        (
            put(EVIDENCE.value, OA.exact, Literal("")),
            EVIDENCE.value,
            "evidence quotes exactly one sentence, and it is not empty",
        ),
        (drop("extractor/links", RDFS.label), "extractor/links",
         "an extractor has exactly one name"),
        (
            drop(STARGAN_V2, KG.extends),
            ASSERTION,
            "the triple of this assertion is not in the graph",
        ),
        (add(EFFICIENTDET, KG.usesMethod, iri("method/adain")), EFFICIENTDET, ASSERTED),
        (
            add(STARGAN, KG.iri + "usesLoses", iri("loss/adversarial-loss")),
            STARGAN,
            "the vocabulary declares no such term",
        ),
        (
            put(STARGAN, KG.arxivId, Literal("1912.01865")),
            STARGAN,
            "another paper has the same identifier",
        ),
    ],
)  # fmt: skip
def test_one_defect_is_found_where_it_is(tmp_path, change, node, message):
    found = check(tmp_path / "graph.ttl", change(list(to_rdf(small_graph()))))
    short = node.removeprefix(BASE).replace("/", ":", 1)
    assert (short, message) in found
    others = {other for other, _ in found} - {short}
    # A defect may show at a second node (the twin paper, the evidence's end), never at a third.
    assert len(others) <= 1


@pytest.mark.parametrize(
    ("subject", "relation", "object", "message"),
    [
        (STARGAN, KG.usesLoss, "method/adain", "kg:usesLoss leads to a loss"),
        (STARGAN, KG.usesMethod, "loss/adversarial-loss", "kg:usesMethod leads to a method"),
        (STARGAN, KG.usesDataset, "metric/fid", "kg:usesDataset leads to a data set"),
        (STARGAN, KG.usesMetric, "dataset/celeba-hq", "kg:usesMetric leads to a metric"),
        (STARGAN, KG.addressesTask, "metric/fid", "kg:addressesTask leads to a task"),
        (STARGAN, KG.discusses, "metric/fid", "kg:discusses leads to a concept"),
        (
            STARGAN,
            KG.proposes,
            "concept/style-code",
            "kg:proposes leads to a method, loss, data set, metric or task",
        ),
        (STARGAN, KG.priorWork, "method/adain", "prior work is a paper"),
        (
            "method/bifpn",
            KG.usesLoss,
            "loss/adversarial-loss",
            "the subject of this relation is a paper",
        ),
        ("method/bifpn", KG.usedFor, "metric/fid", "kg:usedFor leads to a task or a method"),
        (
            STARGAN,
            KG.partOf,
            "method/adain",
            "this relation stands between entities, not papers",
        ),
    ],
)
def test_relations_lead_where_the_vocabulary_says(tmp_path, subject, relation, object, message):
    triples = add(subject, relation, iri(object))(list(to_rdf(small_graph())))
    assert message in {text for _, text in check(tmp_path / "graph.ttl", triples)}


def test_an_assertion_without_evidence(tmp_path):
    triples = drop(ASSERTION, KG.evidence)(list(to_rdf(small_graph())))
    triples = [t for t in triples if t.subject != EVIDENCE]
    assert check(tmp_path / "graph.ttl", triples) == [
        (ASSERTION.replace("/", ":"), "an assertion has evidence")
    ]


def test_two_relations_of_prior_work_from_one_summary(tmp_path):
    triples = list(to_rdf(small_graph()))
    second = "assertion/1"
    copy = [
        Triple(iri(second), t.predicate, t.object)
        for t in triples
        if t.subject == iri(ASSERTION) and t.predicate.value not in (RDF.predicate, KG.evidence)
    ]
    place = [Triple(iri("evidence/1"), t.predicate, t.object)
             for t in triples if t.subject == EVIDENCE]  # fmt: skip
    triples += [
        *copy,
        *place,
        Triple(iri(second), iri(RDF.predicate), iri(KG.cites)),
        Triple(iri(second), iri(KG.evidence), iri("evidence/1")),
        Triple(iri(STARGAN_V2), iri(KG.cites), iri(STARGAN)),
    ]
    assert check(tmp_path / "graph.ttl", triples) == [
        (
            STARGAN_V2.replace("/", ":"),
            "this summary gives a pair of papers two relations of prior work",
        )
    ]


def test_blank_nodes_and_self_loops(tmp_path):
    triples = add(ASSERTION, KG.evidence, BlankNode("b"))(list(to_rdf(small_graph())))
    messages = {m for _, m in check(tmp_path / "graph.ttl", triples)}
    assert "a blank node: every node of a graph has an IRI" in messages
    triples = put(ASSERTION, RDF.object, iri(STARGAN_V2))(list(to_rdf(small_graph())))
    messages = {m for _, m in check(tmp_path / "graph.ttl", triples)}
    assert "this assertion relates a node to itself" in messages


def test_a_finding_has_a_place_in_the_file(tmp_path):
    path = tmp_path / "graph.ttl"
    triples = drop("paper/doi-10.1109%2Fcvpr.2016.90", DCT.title)(list(to_rdf(small_graph())))
    serialize(triples, path, RdfFormat.TURTLE, prefixes=prefixes())
    (finding,) = validate(path)
    line = path.read_text(encoding="utf-8").splitlines()[finding.line - 1]
    assert line.startswith("paper:doi-10.1109\\%2Fcvpr.2016.90 a kg:Paper")
    assert finding.place == f"{path}:{finding.line}"
    assert finding == Finding(
        str(path), finding.line, "paper:doi-10.1109%2Fcvpr.2016.90", "dct:title", TITLE
    )


def test_other_formats_are_read_by_their_ending(tmp_path):
    triples = described(small_graph(), Description("T"))
    for rdf_format in (RdfFormat.N_TRIPLES, RdfFormat.RDF_XML, RdfFormat.JSON_LD):
        path = tmp_path / f"graph.{rdf_format.file_extension}"
        serialize(triples, path, rdf_format)
        assert validate(path) == []


def test_what_is_no_graph(tmp_path):
    path = tmp_path / "graph.ttl"
    path.write_text("@prefix a: <http://a/> .\n\na:b a:c .\n")
    (finding,) = validate(path)
    assert finding.place == f"{path}:3"
    assert finding.message.startswith("not readable:")
    with pytest.raises(ExportsError, match="no such file"):
        validate(tmp_path / "none.ttl")
    with pytest.raises(ExportsError, match=r"no graph\.ttl in this folder"):
        validate(tmp_path / "..")
    (tmp_path / "graph.csv").write_text("")
    with pytest.raises(ExportsError, match="names no RDF format"):
        validate(tmp_path / "graph.csv")


def test_an_empty_graph_conforms(tmp_path):
    path = tmp_path / "graph.ttl"
    path.write_text("")
    assert validate(path) == []


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=graphs())
def test_findings_about_generated_graphs_never_concern_the_writing(tmp_path_factory, graph):
    """A generated graph may break a rule of content; what the writer guarantees, it keeps."""
    path = tmp_path_factory.mktemp("generated") / "graph.ttl"
    write_turtle(graph, path)
    kept = {
        "the triple of this assertion is not in the graph",
        "this prior work is asserted, and not stated as kg:priorWork too",
        ASSERTED,
        CONFIDENCE,
        "an assertion has evidence",
        "rdfs:label is the preferred label",
        "a blank node: every node of a graph has an IRI",
        "the vocabulary declares no such term",
    }
    assert not kept & {f.message for f in validate(path)}


def test_rapper_counts_the_same_triples(tmp_path):
    if (rapper := shutil.which("rapper")) is None:
        pytest.skip("raptor's rapper is not installed")
    path = tmp_path / "graph.ttl"
    write_turtle(small_graph(), path)
    count = subprocess.run(
        [rapper, "-i", "turtle", "-c", str(path)], capture_output=True, text=True, check=True
    )
    assert f"returned {len(list(to_rdf(small_graph())))} triples" in count.stderr


def test_it_takes_at_most_three_times_as_long_as_pyshacl():
    script = Path(__file__).parent / "bench" / "validate.py"
    done = subprocess.run(
        [sys.executable, str(script), "20"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("pySHACL ")
