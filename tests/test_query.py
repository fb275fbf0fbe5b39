import csv
import io
import json
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
import rdflib
from graphs import STARGAN, STARGAN_V2, small_graph
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

from kg.errors import NoMatchError, QueryError
from kg.graph import Graph
from kg.lexical import unescaped, words
from kg.model import Assertion, Entity, Evidence, Kind, Paper, Relation, SourceDocument, Span
from kg.query import (
    GRAPH_FORMATS,
    ROW_FORMATS,
    Rows,
    Triples,
    bind,
    named_queries,
    parse_named,
    plain,
    run,
    run_file,
    run_named,
    run_query,
    short,
    with_prefixes,
    write_answer,
)
from kg.rdf import Description, described, to_rdf
from kg.store import memory_store
from kg.vocabulary import BASE

GRAPH = small_graph()
STORE = memory_store(to_rdf(GRAPH))


def values(answer) -> list[tuple]:
    assert isinstance(answer, Rows)
    return list(answer.values())


def written(answer, format: str) -> str:
    stream = io.BytesIO()
    write_answer(answer, stream, format)
    return stream.getvalue().decode()


# ------------------------------------------------------------------------- ad hoc


def test_rows_have_columns_and_python_values():
    rows = run_query(
        STORE,
        "SELECT ?p ?year ?c ?none { ?p kg:extends ?q ; kg:year ?year . "
        "?a rdf:predicate kg:extends ; kg:confidence ?c }",
    )
    assert rows.columns == ("p", "year", "c", "none")
    assert values(rows) == [(BASE + STARGAN_V2, 2019, Decimal("0.9"), None)]


def test_rows_are_terms_for_who_wants_them():
    (row,) = run_query(STORE, "SELECT ?q ?none { ?p kg:extends ?q }")
    assert tuple(row) == (NamedNode(BASE + STARGAN), None)
    assert row["q"] == row[0] == NamedNode(BASE + STARGAN)


def test_ask_and_construct():
    assert run_query(STORE, "ASK { ?p kg:extends ?q }") is True
    assert run_query(STORE, "ASK { ?p kg:extends ?p }") is False
    triples = run_query(STORE, "CONSTRUCT { ?q kg:extendedBy ?p } WHERE { ?p kg:extends ?q }")
    assert isinstance(triples, Triples)
    assert [t.subject.value for t in triples] == [BASE + STARGAN]


def test_node_prefixes_are_declared_and_follow_the_base():
    assert values(run_query(STORE, "SELECT ?p { ?p kg:usesLoss loss:adversarial-loss }")) == [
        (BASE + STARGAN_V2,)
    ]
    other = memory_store(described(GRAPH, Description("T"), base="http://b.org/"))
    text = "SELECT ?p { ?p kg:usesMethod method:adain }"
    assert values(run_query(other, text)) == [("http://b.org/" + STARGAN_V2,)]
    rows = values(run_named(other, "papers-using-method", {"method": "AdaIN"}))
    assert [row[0] for row in rows] == ["http://b.org/" + STARGAN_V2]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("SELECT ?p {\n  ?p zz:name ?n }", 2, 13, "prefix not found"),
        ("SELECT ?p\n{ ?p a kg:Paper\n  FILTER(?p ", 3, 13, "was expected here"),
        ("DELETE WHERE { ?s ?p ?o }", 1, 10, "DELETE is an update, and a query only reads"),
        ("", 1, 1, "does not parse"),
    ],
)
def test_a_bad_query_is_located(text, line, column, message):
    with pytest.raises(QueryError, match=message) as failure:
        run_query(STORE, text, place="my.rq")
    assert (failure.value.line, failure.value.column) == (line, column)
    assert failure.value.place == f"my.rq:{line}:{column}"


def test_the_message_points_at_the_place():
    with pytest.raises(QueryError) as failure:
        run_query(STORE, "SELECT ?p {\n  ?p zz:name ?n }")
    assert failure.value.message.endswith("  ?p zz:name ?n }\n              ^")


def test_a_query_in_a_file(tmp_path):
    path = tmp_path / "q.rq"
    path.write_text("\ufeffSELECT ?q { ?p kg:extends ?q }", encoding="utf-8")
    assert values(run_file(STORE, path)) == [(BASE + STARGAN,)]
    path.write_text("SELECT ?q {\n")
    with pytest.raises(QueryError) as failure:
        run_file(STORE, path)
    assert str(failure.value).startswith(f"{path}:")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(QueryError, match="is not UTF-8"):
        run_file(STORE, path)
    with pytest.raises(QueryError, match="cannot be read"):
        run_file(STORE, tmp_path / "none.rq")


def test_no_rows_is_an_answer():
    assert values(run_query(STORE, "SELECT ?p { ?p kg:extends ?p }")) == []


# ------------------------------------------------------------------------- formats


def test_rows_in_every_format():
    def rows():
        return run_query(STORE, "SELECT ?p ?n { ?p kg:extends ?q . ?q skos:prefLabel ?n }")

    iri = BASE + STARGAN_V2
    assert list(csv.reader(io.StringIO(written(rows(), "csv")))) == [["p", "n"], [iri, "StarGAN"]]
    assert written(rows(), "tsv").splitlines() == ["?p\t?n", f'<{iri}>\t"StarGAN"']
    found = json.loads(written(rows(), "json"))
    assert found["head"]["vars"] == ["p", "n"]
    assert found["results"]["bindings"] == [
        {"p": {"type": "uri", "value": iri}, "n": {"type": "literal", "value": "StarGAN"}}
    ]
    assert iri in [e.text for e in ET.fromstring(written(rows(), "xml")).iter()]
    assert set(ROW_FORMATS) == {"csv", "tsv", "json", "xml"}


def test_triples_in_every_format():
    query = "CONSTRUCT { ?p kg:extends ?q } WHERE { ?p kg:extends ?q }"
    expected = list(run_query(STORE, query))
    formats = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
    assert formats == dict(GRAPH_FORMATS)
    for name, rdf_format in formats.items():
        text = written(run_query(STORE, query), name)
        assert [q.triple for q in parse(text.encode(), rdf_format)] == expected
    assert "paper:arxiv-1912.01865 kg:extends" in written(run_query(STORE, query), "ttl")


def test_truths_in_every_format():
    assert written(True, "csv") == written(True, "tsv") == "true"
    assert json.loads(written(False, "json")) == {"head": {}, "boolean": False}
    (boolean,) = [e.text for e in ET.fromstring(written(True, "xml")).iter() if e.text]
    assert boolean == "true"


def test_a_format_for_another_kind_of_answer_is_refused():
    with pytest.raises(QueryError, match="a SELECT query can be written as csv, tsv, json, xml"):
        written(run_query(STORE, "SELECT ?s { ?s ?p ?o }"), "ttl")
    with pytest.raises(QueryError, match="can be written as ttl, nt, jsonld, not as csv"):
        written(run_query(STORE, "CONSTRUCT WHERE { ?s ?p ?o }"), "csv")
    with pytest.raises(QueryError, match="an ASK query"):
        written(True, "nt")


def test_rows_stream():
    """Writing begins before the last row is known: a cross join of 7e8 rows starts at once."""

    class Enough(Exception):  # noqa: N818  # it is no error
        pass

    class Stream(io.RawIOBase):
        def writable(self):
            return True

        def write(self, _):
            raise Enough

    with pytest.raises((Enough, QueryError)):
        run_query(STORE, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").write(Stream(), "csv")


def test_short_forms():
    assert short(NamedNode(BASE + "method/adain")) == "method:adain"
    assert short(NamedNode("http://a.org/b")) == "http://a.org/b"
    assert short(NamedNode("http://b.org/method/x"), "http://b.org/") == "method:x"
    assert short(Literal(3)) == "3"
    assert short(None) == ""
    assert (
        plain(Literal("x", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))) == "x"
    )
    assert plain(Literal(True)) is True
    assert plain(Literal(0.5)) == 0.5


# ------------------------------------------------------------------------- parameters


def test_a_parameter_is_a_typed_term():
    text = "SELECT ?p { ?p kg:usesLoss ?l }"
    for loss in (
        "loss:adversarial-loss",
        BASE + "loss/adversarial-loss",
        f"<{BASE}loss/adversarial-loss>",
        NamedNode(BASE + "loss/adversarial-loss"),
    ):
        assert values(run_query(STORE, text, {"l": loss})) == [(BASE + STARGAN_V2,)]
    assert values(run_query(STORE, text, {"l": "adversarial loss"})) == []  # a text is no node
    count = "SELECT (COUNT(*) AS ?n) { ?a kg:confidence ?c FILTER (?c < ?below) }"
    for below in ("0.5", 0.5, Decimal("0.5"), Literal(0.5)):
        assert values(run_query(STORE, count, {"below": below})) == [(2,)]
    year = "SELECT (COUNT(*) AS ?n) { ?p kg:year ?y FILTER (?y = ?year) }"
    assert values(run_query(STORE, year, {"year": "2019"})) == [(2,)]


def test_a_parameter_cannot_leave_its_place():
    text = "SELECT ?p { ?p skos:prefLabel ?name }"
    evil = 'x" } UNION { ?p ?q ?r } #\n\\" \' } ; DROP ALL'
    assert values(run_query(STORE, text, {"name": evil})) == []
    assert values(run_query(STORE, text, {"name": "http://a.org/> } UNION { ?p ?q ?r"})) == []


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_one_literal(value):
    rows = run_query(STORE, "SELECT (?x AS ?y) {}", {"x": Literal(value)})
    assert values(rows) == [(value,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?a ?x { ?a ?b ?x }", "SELECT ?a (<u:v> AS ?x) { ?a ?b <u:v> }"),
        ("SELECT (COUNT(?x) AS ?n) {?x ?p $x}", "SELECT (COUNT(<u:v>) AS ?n) {<u:v> ?p <u:v>}"),
        ("ASK { ?s ?p '?x', \"?x\", <u:?x> } # ?x", None),
        ("ASK { ?s ?p '''?x'?x''' , ?xy , _:x , :x }", None),
        (
            "SELECT ?a { ?a ?b ?x } GROUP BY ?a ?x ORDER BY DESC(?x) ?x",
            "SELECT ?a { ?a ?b <u:v> } GROUP BY ?a (<u:v>) ORDER BY DESC(<u:v>) (<u:v>)",
        ),
        (
            "SELECT * { { SELECT ?x { ?x ?p ?o } } FILTER(?o < 3&&?x>2) }",
            "SELECT * { { SELECT (<u:v> AS ?x) { <u:v> ?p ?o } } FILTER(?o < 3&&<u:v>>2) }",
        ),
        ("DESCRIBE ?x", "DESCRIBE <u:v>"),
    ],
)
def test_binding_knows_the_words_of_sparql(text, expected):
    if expected is None:
        with pytest.raises(QueryError, match="no variable for the parameter x"):
            bind(text, {"x": NamedNode("u:v")})
    else:
        assert bind(text, {"x": NamedNode("u:v")}) == expected


@pytest.mark.parametrize(
    "text", ["SELECT (3 AS ?x) {}", "SELECT * { BIND(3 AS ?x) }", "SELECT * { VALUES ?x { 3 } }",
             "SELECT * { VALUES (?y ?x) { (3 4) } }"],
)  # fmt: skip
def test_a_variable_that_the_query_sets_is_no_parameter(text):
    with pytest.raises(QueryError, match="gets its value in the query"):
        bind(text, {"x": Literal(1)})


@given(st.text())
def test_the_words_are_the_text(text):
    assert "".join(word for _, word in words(text)) == text


def test_prefixes_are_declared_unless_the_query_does():
    own = "PREFIX kg: <http://a.org/>\nSELECT ?s { ?s kg:b ?o }"
    text = with_prefixes(own)
    assert text.endswith(own)
    assert "PREFIX kg: <https://w3id.org" not in text
    assert "PREFIX method: <https://w3id.org/paperkg/method/>" in text
    assert text.count("\n") == 1  # lines keep their numbers
    Store().query(text)


def test_escapes_are_undone_however_nested():
    assert unescaped(r"\u0053ERVICE") == "SERVICE"
    assert unescaped(r"\u005Cu0053ERVICE \U0001F600") == "SERVICE 😀"
    assert unescaped(r"\UFFFFFFFF") == "\ufffd"


# ------------------------------------------------------------------------- named queries


def _graph(*triples: tuple[str, Relation, str], years: dict[str, int] | None = None) -> Graph:
    """A graph of these triples: "paper/a", "method/b" ...; names are the ends of the ids."""
    ids = sorted({end for s, _, o in triples for end in (s, o)})
    entities = [
        Paper(i, Kind.PAPER, i[6:], title=i[6:], year=(years or {}).get(i))
        if i.startswith("paper/")
        else Entity(i, Kind(i.partition("/")[0].capitalize()), i.partition("/")[2])
        for i in ids
    ]
    place = Evidence("source/s", Span(0, 9), Span(0, 1), "It is so.", "", "", 1, "r", ids[-1])
    source = SourceDocument("source/s", "s.md")
    assertions = tuple(Assertion(*triple, (place,), 0.5) for triple in triples)
    return Graph(tuple(entities), (), (source,), assertions)


FAMILY = _graph(
    ("paper/a", Relation.USES_METHOD, "method/m"),
    ("paper/a", Relation.USES_METHOD, "method/n"),
    ("paper/b", Relation.USES_METHOD, "method/m"),
    ("paper/b", Relation.USES_METHOD, "method/n"),
    ("paper/b", Relation.USES_LOSS, "loss/l"),
    ("paper/c", Relation.USES_METHOD, "method/n"),
    ("paper/c", Relation.USES_LOSS, "loss/l"),
    ("paper/c", Relation.USES_DATASET, "dataset/d"),
    ("paper/c", Relation.ADDRESSES_TASK, "task/t"),
    ("paper/b", Relation.ADDRESSES_TASK, "task/u"),
    ("paper/c", Relation.BUILDS_ON, "paper/b"),
    ("paper/b", Relation.EXTENDS, "paper/a"),
    ("paper/c", Relation.COMPARES_WITH, "paper/a"),
    ("paper/c", Relation.PROPOSES, "method/o"),
    ("method/p", Relation.PART_OF, "method/o"),
    ("method/q", Relation.PART_OF, "method/p"),
    ("method/q", Relation.VARIANT_OF, "method/m"),
    years={"paper/a": 2018, "paper/b": 2019, "paper/c": 2019},
)


HALF = Decimal("0.5")


def local(value):
    return (
        value.rpartition("/")[2] if isinstance(value, str) and value.startswith("http") else value
    )


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("papers-using-method", {"method": "m"},
         [("a", "a", 2018, HALF, "It is so."), ("b", "b", 2019, HALF, "It is so.")]),
        ("papers-using-loss", {"loss": "loss:l"},
         [("b", "b", 2019, HALF, "It is so."), ("c", "c", 2019, HALF, "It is so.")]),
        ("papers-using-dataset", {"dataset": "d"}, [("c", "c", 2019)]),
        ("papers-on-task", {"task": "t"}, [("c", "c", 2019, "d")]),
        ("builds-on", {"paper": "c"}, [("a", "a", 2018), ("b", "b", 2019)]),
        ("descendants", {"paper": "a"}, [("b", "b", 2019), ("c", "c", 2019)]),
        ("compares", {}, [("c", "c", "a", "a", "It is so.")]),
        ("two-steps", {"paper": "c"}, []),
        ("two-steps", {"paper": "a"}, [(2, "b", "b", "m"), (2, "b", "b", "n"), (1, "c", "c", "n")]),
        ("most-used-methods", {},
         [(2019, "n", "n", 2), (2019, "m", "m", 1), (2018, "m", "m", 1), (2018, "n", "n", 1)]),
        ("most-used-losses", {}, [(2019, "l", "l", 2)]),
        ("most-used-datasets", {}, [(2019, "d", "d", 1)]),
        ("methods-together", {}, [("m", "m", "n", "n", 2)]),
        ("methods-together", {"least": 3}, []),
        ("evidence", {"subject": "c", "relation": "usesLoss", "object": "l"},
         [(HALF, "It is so.", "s.md", 1, "r")]),
        ("tasks-without-dataset", {}, [("u", "u", 1)]),
        ("proposals", {}, [("c", "c", 2019, "o", "o", "ontology#Method")]),
        ("influence", {}, [("a", "a", 1), ("b", "b", 1)]),
        ("parts", {"whole": "o"}, [("p", "p"), ("q", "q")]),
    ],
)  # fmt: skip
def test_what_a_named_query_answers(name, parameters, expected):
    rows = values(run_named(memory_store(to_rdf(FAMILY)), name, parameters))
    assert [tuple(map(local, row)) for row in rows] == expected


def test_the_other_named_queries():
    assert values(run_named(STORE, "newest-on-topic", {"topic": "generative models"})) == [
        (BASE + STARGAN_V2, "StarGAN v2", 2019)
    ]
    doubtful = values(run_named(STORE, "doubtful", {"below": "0.45"}))
    assert [row[0] for row in doubtful] == [Decimal("0.333"), Decimal("0.4")]
    assert dict(values(run_named(STORE, "counts")))["https://w3id.org/paperkg/ontology#Paper"] == 9
    around = list(run_named(STORE, "neighbourhood", {"node": "FPN"}))
    assert {(t.subject.value, t.predicate.value.rpartition("#")[2]) for t in around} == {
        (BASE + "method/bifpn", "variantOf"),
        (BASE + "method/bifpn", "prefLabel"),
        (BASE + "method/feature-pyramid-network", "prefLabel"),
    }


def test_there_are_enough_and_each_says_what_it_is_for():
    queries = named_queries()
    assert len(queries) >= 15
    for query in queries.values():
        assert query.about.endswith("."), query.name
        assert all(p.about for p in query.parameters)


def test_every_query_runs_in_rdflib_too():
    """What ships is standard SPARQL: an rdflib user can run it."""
    graph = rdflib.Graph()
    for t in to_rdf(FAMILY):
        text = f"{t} ."
        graph.parse(data=text, format="nt")
    terms = {"integer": Literal(2), "decimal": Literal(0.6)}
    for query in named_queries().values():
        bound = bind(query.text, {
            p.name: terms.get(p.types[0], NamedNode(f"{BASE}{p.types[0].lower()}/c"))
            for p in query.parameters
        })  # fmt: skip
        list(graph.query(with_prefixes(bound)))


def test_names_are_looked_up_and_kinds_checked():
    assert values(run_named(STORE, "papers-using-loss", {"loss": "GAN loss"}))[0][1] == "StarGAN v2"
    with pytest.raises(NoMatchError, match="'AdaIN'") as failure:
        run_named(STORE, "papers-using-loss", {"loss": "AdaIN"})
    assert failure.value.exit_code == 1
    with pytest.raises(NoMatchError, match="did you mean adversarial loss"):
        run_named(STORE, "papers-using-loss", {"loss": "adversarial losss"})


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("papers-using-los", {}, r"no query named 'papers-using-los'.*mean papers-using-loss\?"),
        ("papers-using-loss", {}, "needs --param loss=...: the loss"),
        ("compares", {"x": "1"}, r"no parameter 'x' \(it takes none\)"),
        ("doubtful", {"below": "much"}, "'much' is no decimal"),
        ("methods-together", {"least": "1.5"}, "'1.5' is no integer"),
        (
            "evidence",
            {"subject": "c", "relation": "likes", "object": "l"},
            r"'likes' is no relation \(proposes, usesMethod",
        ),
    ],
)
def test_wrong_use_of_a_named_query(name, parameters, message):
    with pytest.raises(QueryError, match=message):
        run_named(memory_store(to_rdf(FAMILY)), name, parameters)


def test_the_head_of_a_query_file():
    text = (
        "# One.\n# Two.\n# param a (Paper | Method): the a\n# param b (integer) = 3: the b\nASK {}"
    )
    query = parse_named("q", text)
    assert query.about == "One. Two."
    assert [(p.name, p.types, p.default) for p in query.parameters] == [
        ("a", ("Paper", "Method"), None),
        ("b", ("integer",), "3"),
    ]
    with pytest.raises(QueryError, match="q:2: not a declaration"):
        parse_named("q", "# One.\n# param a Paper: the a\n")
    with pytest.raises(QueryError, match="unknown type of a parameter: Animal"):
        parse_named("q", "# One.\n# param a (Animal): the a\n")


# ------------------------------------------------------------------------- the library's doors


def test_a_graph_answers_queries():
    answer = GRAPH.query("SELECT ?q { ?p kg:extends ?q }")
    assert values(answer) == [(BASE + STARGAN,)]
    assert values(GRAPH.query("papers-using-dataset", dataset="CelebA-HQ"))[0][1] == "StarGAN v2"
    assert values(run(STORE, "counts")) == values(GRAPH.query("counts"))


def test_a_graph_opens_to_rdflib_without_a_copy():
    view = GRAPH.to_rdflib()
    assert len(view) == len(GRAPH.store)
    paper = rdflib.URIRef(BASE + STARGAN_V2)
    kg = rdflib.Namespace("https://w3id.org/paperkg/ontology#")
    assert view.value(paper, kg.extends) == rdflib.URIRef(BASE + STARGAN)
    assert [str(q) for (q,) in view.query("SELECT ?q { ?p kg:extends ?q }")] == [BASE + STARGAN]
    assert view.qname(BASE + "method/adain") == "method:adain"


def test_a_graph_opens_to_networkx():
    network = GRAPH.to_networkx()
    assert network.number_of_nodes() == len(GRAPH.entities)
    assert network.number_of_edges() == len(GRAPH.assertions)
