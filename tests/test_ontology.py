"""ontology/kg.ttl: what it declares is what the program uses, and it is consistent."""

import io
import os
import shutil
from pathlib import Path

import pytest
from graphs import small_graph
from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse, serialize

from kg.model import Kind, Relation
from kg.rdf import Description, described
from kg.resources import resource
from kg.vocabulary import INVERSES, KG, NAMESPACES, RDF, RDFS, relation_label

OWL = "http://www.w3.org/2002/07/owl#"
COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
ONTOLOGY = [quad.triple for quad in parse(path=resource("ontology", "kg.ttl"))]
DECLARING = {
    OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
}
DECLARED = {
    t.subject.value
    for t in ONTOLOGY
    if t.predicate.value == RDF.type
    and t.object.value in DECLARING
    and isinstance(t.subject, NamedNode)
}
BUILT_IN = ("rdf", "rdfs", "xsd")


def written_terms() -> set[str]:
    """Every predicate and class of a written graph, and each relation that it could hold."""
    triples = described(small_graph(), Description("T", (("paperkg", "0.1.0"),)))
    used = {t.predicate.value for t in triples}
    used |= {t.object.value for t in triples if t.predicate.value == RDF.type}
    used |= {"http://purl.org/dc/terms/rights"}  # a licence in words; a test of kg.rdf writes one
    return used


def objects(subject: str, predicate: str) -> list[str]:
    return [
        t.object.value
        for t in ONTOLOGY
        if t.predicate.value == predicate
        and isinstance(t.subject, NamedNode)
        and t.subject.value == subject
        and not isinstance(t.object, BlankNode)
    ]


def test_the_program_and_the_ontology_have_the_same_terms():
    ours = {iri for iri in DECLARED if iri.startswith(KG.iri)}
    assert ours == set(KG)
    for prefix, terms in NAMESPACES.items():
        if prefix not in BUILT_IN and prefix != "kg":
            assert set(terms) <= DECLARED, prefix


def test_every_term_that_a_graph_holds_is_declared():
    undeclared = {
        iri
        for iri in written_terms() - DECLARED
        if not iri.startswith(tuple(NAMESPACES[p].iri for p in BUILT_IN))
    }
    assert undeclared == set()


def test_every_term_that_is_declared_is_used():
    used = written_terms() | set(INVERSES.values())
    # A term that nothing writes must stand in the ontology itself: above one of ours or
    # in its metadata.
    named = {t.object.value for t in ONTOLOGY if isinstance(t.object, NamedNode)}
    named |= {t.predicate.value for t in ONTOLOGY}
    idle = {iri for iri in DECLARED - used if iri not in named}
    assert idle == set()
    ours_unused = {iri for iri in DECLARED - used if iri.startswith(KG.iri)}
    assert ours_unused == {KG.Entity, KG.priorWorkOf, KG.summarisedIn, KG.listedIn}


def test_every_term_of_ours_says_what_it_means():
    for iri in sorted(KG):
        assert len(objects(iri, RDFS.label)) == 1, iri
        (comment,) = objects(iri, COMMENT)
        assert comment.endswith("."), iri


def test_relations_have_domain_range_inverse_and_the_label_that_people_read():
    for relation in Relation:
        iri = KG[relation]
        assert objects(iri, OWL + "inverseOf") == [INVERSES[relation]]
        assert objects(iri, RDFS.label) == [relation_label(relation)]
        above = KG.priorWork if KG.priorWork in objects(iri, RDFS.iri + "subPropertyOf") else iri
        subjects = {(t.subject.value, t.predicate.value) for t in ONTOLOGY}
        assert {(above, RDFS.iri + "domain"), (above, RDFS.iri + "range")} <= subjects
    for kind in Kind:
        assert objects(KG[kind], RDFS.label) == [str(kind).lower()]


def test_the_ontology_says_its_version_and_licence():
    iri = KG.iri.removesuffix("#")
    (version,) = objects(iri, OWL + "versionInfo")
    assert objects(iri, OWL + "versionIRI") == [f"{iri}/{version}"]
    assert objects(iri, "http://purl.org/dc/terms/license") == ["https://spdx.org/licenses/MIT"]


# ------------------------------------------------------------------------- reasoning

PREFIXES = (
    "".join(f"@prefix {p}: <{terms.iri}> .\n" for p, terms in NAMESPACES.items())
    + f"@prefix owl: <{OWL}> .\n@prefix : <http://example.org/> .\n"
)


def consistent(facts: str | bytes = "") -> bool:
    """Whether HermiT finds the ontology with these facts consistent, and no class empty."""
    if shutil.which("java") is None and not os.environ.get("CI"):
        pytest.skip("HermiT needs Java, which is not installed")
    import owlready2

    text = serialize(ONTOLOGY, format=RdfFormat.N_TRIPLES)
    if isinstance(facts, str):
        quads = parse((PREFIXES + facts).encode(), RdfFormat.TURTLE)
        facts = serialize((q.triple for q in quads), format=RdfFormat.N_TRIPLES)
    world = owlready2.World()
    world.get_ontology("http://example.org/all").load(
        fileobj=io.BytesIO(text + facts), format="ntriples"
    )
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False
    return not list(world.inconsistent_classes())


def test_the_ontology_is_consistent():
    assert consistent()


def test_a_written_graph_is_consistent_with_it():
    triples = described(small_graph(), Description("T", (("paperkg", "0.1.0"),)))
    assert consistent(serialize(triples, format=RdfFormat.N_TRIPLES))


def test_the_shipped_graph_is_consistent_with_it():
    path = Path(__file__).resolve().parents[1] / "exports" / "graph.ttl"
    assert consistent(serialize((q.triple for q in parse(path=path)), format=RdfFormat.N_TRIPLES))


@pytest.mark.parametrize(
    "planted",
    [
        ":a a kg:Paper, kg:Method .",
        ":a a kg:Loss, kg:Metric .",
        ":p kg:usesLoss :m . :m a kg:Method .",
        ":p kg:proposes :c . :c a kg:Concept .",
        ":m kg:priorWork :p . :m a kg:Method .",
        ":m kg:partOf :p . :p a kg:Paper .",
        ":m kg:usedFor :d . :d a kg:Dataset .",
        ":m kg:variantOf :m .",
        ":p kg:extends :p .",
        ":a kg:confidence 1.5 .",
        ":a kg:confidence 0.5, 0.6 .",
        ":e kg:about :p, :q . :p owl:differentFrom :q .",
        ":p kg:year 'two thousand' .",
        ":e kg:mentionStart -1 .",
        ":x a kg:Entity, [ a owl:Class ; owl:complementOf [ a owl:Class ; owl:unionOf "
        "( kg:Method kg:Loss kg:Dataset kg:Task kg:Metric kg:Concept ) ] ] .",
        "kg:Odd a owl:Class ; rdfs:subClassOf kg:Task, kg:Dataset .",
        "kg:both rdfs:domain kg:Evidence . kg:both a owl:ObjectProperty . :a kg:both :b . "
        ":a a kg:Assertion .",
    ],
)
def test_planted_inconsistencies_are_caught(planted):
    assert not consistent(planted)


def test_what_is_merely_unsaid_is_consistent():
    assert consistent(":a a kg:Assertion . :e kg:about :p . :p kg:usesLoss :l .")
