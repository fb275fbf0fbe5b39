"""A real server on a loopback port, asked by real clients."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
import rdflib
from graphs import STARGAN, STARGAN_V2, small_graph
from pyoxigraph import RdfFormat, parse

from kg.graph import Graph
from kg.model import (
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
from kg.rdf import Description, described, write_turtle
from kg.serve import ROW_TYPES, accepted
from kg.vocabulary import BASE, KG, assertion_id, evidence_id

LIMIT = 3.0  # seconds that a query may take on the server under test
EXTENDS = "SELECT ?p ?q { ?p kg:extends ?q }"
PROGRAM = """
import logging, sys
from pathlib import Path
from kg.serve import Settings, serve
from kg.workers import Limits
logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
limits = Limits(seconds=float(sys.argv[2]), answer=2_000_000, memory=600_000_000, wait=8)
serve(Path(sys.argv[1]), port=0, settings=Settings(workers=2, limits=limits),
      ready=lambda address: print(address, flush=True))
print("stopped", flush=True)
"""


class Server:
    """`kg serve` in a process of its own."""

    def __init__(self, exports: Path, limit: float = LIMIT) -> None:
        self.log = exports.parent / f"serve-{time.monotonic_ns()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(exports), str(limit)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.address = self.process.stdout.readline().strip().rstrip("/")
        deadline = time.monotonic() + 30
        while True:
            try:
                assert self.get("/health").status_code == 200
                return
            except httpx.ConnectError:
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.05)

    def request(self, method: str, path: str, **options) -> httpx.Response:
        with httpx.Client(trust_env=False, timeout=60) as client:
            return client.request(method, self.address + path, **options)

    def get(self, path: str, **options) -> httpx.Response:
        return self.request("GET", path, **options)

    def select(self, query: str, **options) -> httpx.Response:
        return self.get("/sparql", params={"query": query}, **options)

    def stop(self, number: int = signal.SIGTERM) -> str:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=20)
        return said


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "exports"
    write_turtle(small_graph(), folder / "graph.ttl", description=Description("T"))
    (folder / "graph.html").write_text("<!doctype html><title>explorer</title>")
    return folder


@pytest.fixture(scope="module")
def server(exports) -> Server:
    running = Server(exports)
    yield running
    running.stop()


def bindings(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    rows = response.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


ANSWER = [{"p": BASE + STARGAN_V2, "q": BASE + STARGAN}]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}


# ----------------------------------------------- SPARQL 1.1 Protocol, query operation (2.1)


def test_query_via_get(server):
    assert bindings(server.select(EXTENDS)) == ANSWER


def test_query_via_url_encoded_post(server):
    assert bindings(server.request("POST", "/sparql", data={"query": EXTENDS})) == ANSWER


def test_query_via_post_directly(server):
    response = server.request("POST", "/sparql", content=EXTENDS, headers=DIRECT)
    assert bindings(response) == ANSWER


def test_a_charset_of_the_media_type_is_understood(server):
    headers = {"Content-Type": "application/sparql-query; charset=utf-8"}
    text = 'SELECT ?p { ?p skos:altLabel "Fréchet inception distance" }'
    response = server.request("POST", "/sparql", content=text.encode(), headers=headers)
    assert bindings(response) == [{"p": BASE + "metric/fid"}]


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/sparql-results+xml, application/sparql-results+json;q=0.5",
         "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/sparql-results+xml"),
    ],
)  # fmt: skip
def test_content_type_of_select(server, accept, sent):
    response = server.select(EXTENDS, headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert response.headers["content-type"] == sent
    assert BASE + STARGAN in response.text
    assert int(response.headers["content-length"]) == len(response.content)


def test_content_type_of_ask(server):
    asked = "ASK { ?p kg:extends ?q }"
    response = server.select(asked, headers={"Accept": "application/sparql-results+json"})
    assert response.json() == {"head": {}, "boolean": True}
    response = server.select(asked, headers={"Accept": "application/sparql-results+xml"})
    assert "<boolean>true</boolean>" in response.text


@pytest.mark.parametrize(
    ("accept", "rdf_format"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("*/*", RdfFormat.TURTLE),
    ],
)
@pytest.mark.parametrize(
    "query",
    ["DESCRIBE method:adain", "CONSTRUCT WHERE { method:adain skos:prefLabel ?n ; a ?c }"],
)
def test_content_type_of_construct_and_describe(server, accept, rdf_format, query):
    response = server.select(query, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == rdf_format.media_type
    triples = [q.triple for q in parse(response.content, rdf_format)]
    assert {t.subject.value for t in triples} == {BASE + "method/adain"}


def test_the_default_graph_has_a_name(server):
    fields = {"query": EXTENDS, "default-graph-uri": BASE + "graph"}
    assert bindings(server.get("/sparql", params=fields)) == ANSWER
    assert bindings(server.request("POST", "/sparql", data=fields)) == ANSWER
    path = f"/sparql?default-graph-uri={BASE}graph"
    assert bindings(server.request("POST", path, content=EXTENDS, headers=DIRECT)) == ANSWER


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_other_graphs_are_refused(server, name):
    response = server.get("/sparql", params={"query": EXTENDS, name: "http://a.org/g"})
    assert response.status_code == 400
    assert f"the default graph <{BASE}graph>" in response.text


# The bad-... tests of the protocol test suite that concern queries.


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_bad_query_method(server, method):
    assert server.request(method, "/sparql", params={"query": EXTENDS}).status_code == 405


def test_bad_multiple_queries(server):
    params = [("query", EXTENDS), ("query", EXTENDS)]
    assert server.get("/sparql", params=params).status_code == 400
    path = "/sparql?query=ASK%20%7B%7D"
    assert server.request("POST", path, content=EXTENDS, headers=DIRECT).status_code == 400


def test_bad_query_wrong_media_type(server):
    for headers in ({"Content-Type": "text/plain"}, {}):
        response = server.request("POST", "/sparql", content=EXTENDS, headers=headers)
        assert response.status_code == 415
    response = server.request("POST", "/sparql", content=f"query={EXTENDS}", headers=DIRECT)
    assert response.status_code == 400  # the whole body is the query


def test_bad_query_missing(server):
    assert server.request("POST", "/sparql", data={"other": "1"}).status_code == 400
    assert server.request("POST", "/sparql", headers=FORM).status_code == 400


def test_bad_query_non_utf8(server):
    response = server.request("POST", "/sparql", content=b"ASK { ?s ?p '\xff' }", headers=DIRECT)
    assert response.status_code == 400
    assert server.request("POST", "/sparql", content=b"query=%FF", headers=FORM).status_code == 400
    assert server.get("/sparql?query=%FF").status_code == 400


def test_bad_query_syntax(server):
    response = server.select("SELECT ?p {\n ?p kg:extends }")
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/plain")
    assert "the query does not parse: error at 2:" in response.text


def test_not_acceptable(server):
    assert server.select(EXTENDS, headers={"Accept": "image/png"}).status_code == 406
    response = server.select(EXTENDS, headers={"Accept": "text/turtle"})
    assert response.status_code == 406
    assert response.text == "SELECT and ASK are answered as csv, tsv, json, xml\n"
    response = server.select("DESCRIBE method:adain", headers={"Accept": "text/csv"})
    assert response.status_code == 406


def test_a_get_without_query_describes_the_endpoint(server):
    turtle = server.get("/sparql", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=turtle.text, format="turtle", publicID=server.address)
    service = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    (language,) = graph.objects(None, service.supportedLanguage)
    assert language == service.SPARQL11Query
    page = server.get("/sparql", headers={"Accept": "text/html"})
    assert '<form action="/sparql" method="get">' in page.text


def test_head_has_no_body(server):
    response = server.request("HEAD", "/sparql", params={"query": EXTENDS})
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) > 0


# ------------------------------------------------------------------------- clients


def test_sparqlwrapper(server):
    from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

    client = SPARQLWrapper(server.address + "/sparql")
    client.setQuery(EXTENDS)
    client.setReturnFormat(JSON)
    found = client.queryAndConvert()["results"]["bindings"]
    assert found[0]["p"]["value"] == BASE + STARGAN_V2
    client.setMethod(POST)
    client.setReturnFormat(XML)
    assert BASE + STARGAN in client.queryAndConvert().toxml()
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().splitlines()[0] == "p,q"
    client.setQuery("CONSTRUCT WHERE { ?p kg:extends ?q }")
    client.setReturnFormat(TURTLE)
    assert b"kg:extends" in client.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("results", ["xml", "json", "csv", "tsv"])
def test_rdflib_sparqlstore(server, method, results):
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    store = SPARQLStore(server.address + "/sparql", method=method, returnFormat=results)
    graph = rdflib.Graph(store)
    rows = list(graph.query(EXTENDS))
    assert [[str(term) for term in row] for row in rows] == [[BASE + STARGAN_V2, BASE + STARGAN]]
    paper, extends = rdflib.URIRef(BASE + STARGAN_V2), rdflib.URIRef(KG.extends)
    assert [str(o) for o in graph.objects(paper, extends)] == [BASE + STARGAN]


def test_roqet(server):
    if (roqet := shutil.which("roqet")) is None:
        if os.environ.get("CI"):
            pytest.fail("rasqal's roqet is not installed")
        pytest.skip("rasqal's roqet is not installed")
    done = subprocess.run(
        [roqet, "-q", "-p", server.address + "/sparql", "-e",
         f"PREFIX kg: <{KG.iri}> {EXTENDS}", "-r", "csv"],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stdout.split() == ["p,q", f"{BASE}{STARGAN_V2},{BASE}{STARGAN}"]


def test_a_bare_http_request(server):
    """What curl sends, byte by byte."""
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(
            f"GET /sparql?query=ASK%20%7B%7D HTTP/1.0\r\nHost: {host}:{port}\r\n"
            "Accept: text/csv\r\n\r\n".encode()
        )
        answer = b""
        while part := connection.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\ntrue")


# ------------------------------------------------------------------------- nothing writes


@pytest.mark.parametrize(
    "update",
    ["INSERT DATA { <http://a.org/a> <http://a.org/b> 1 }", "DELETE WHERE { ?s ?p ?o }",
     "DROP ALL", "CLEAR DEFAULT", "LOAD <file:///etc/hostname>", "CREATE GRAPH <http://a.org/g>"],
)  # fmt: skip
def test_updates_are_refused(server, exports, update):
    before = (exports / "graph.ttl").read_bytes()
    tries = [
        server.select(update),
        server.get("/sparql", params={"update": update}),
        server.request("POST", "/sparql", data={"update": update}),
        server.request("POST", "/sparql", data={"update": update, "query": "ASK {}"}),
        server.request("POST", "/sparql", content=update, headers=DIRECT),
        server.request(
            "POST", "/sparql", content=update,
            headers={"Content-Type": "application/sparql-update"},
        ),
        server.request("POST", "/update", content=update),
    ]  # fmt: skip
    assert [r.status_code for r in tries] == [400, 400, 400, 400, 400, 400, 404]
    assert (exports / "graph.ttl").read_bytes() == before
    count = bindings(server.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    assert count == [{"n": str(len(described(small_graph(), Description("T"))))}]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/graph", "/graph.ttl", "/method/adain", "/health"])
def test_no_other_route_takes_a_body(server, method, path):
    assert server.request(method, path, content="x").status_code == 405


@pytest.mark.parametrize(
    "form",
    [
        "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
        "SELECT * { service silent <%s> { ?s ?p ?o } }",
        "SELECT * { ?a ?b ?c . { OPTIONAL {SERVICE<%s>{ ?s ?p ?o } } } }",
        "SELECT * { \\u0053ERVICE <%s> { ?s ?p ?o } }",
        "SELECT * { S\\U00000045RVICE <%s> { ?s ?p ?o } }",
        "SELECT * { # '\nSERVICE <%s> { ?s ?p ?o } }",
    ],
)
def test_no_call_leaves_the_server(server, form):
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        response = server.select(form % address)
        assert response.status_code == 400
        assert response.text == "SERVICE is not allowed here: this server calls no other\n"
        with pytest.raises(TimeoutError):
            trap.accept()


def test_the_word_service_may_be_data(server):
    text = 'SELECT ?service { ?service skos:prefLabel "SERVICE" } # SERVICE'
    assert bindings(server.select(text)) == []


def test_from_reads_no_file(server, exports):
    path = exports / "graph.ttl"
    text = f"SELECT * FROM <file://{path}> {{ ?s ?p ?o }}"
    assert bindings(server.select(text)) == []


# ------------------------------------------------------------------------- hostile queries

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?a = ?z) }"


@contextlib.contextmanager
def in_background(*calls):
    """Run these calls while the block runs; give the list that their results go to."""
    results: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda c=c: results.append(c())) for c in calls]
    for thread in threads:
        thread.start()
    yield results
    for thread in threads:
        thread.join(60)


def test_a_query_that_does_not_end_is_ended_while_others_are_answered(server):
    with in_background(lambda: server.select(ENDLESS)) as results:
        time.sleep(0.3)
        start = time.monotonic()
        for _ in range(3):
            assert bindings(server.select(EXTENDS)) == ANSWER
            assert server.get("/method/adain").status_code == 200
        assert time.monotonic() - start < LIMIT - 0.5
        assert results == []
    (response,) = results
    assert response.status_code == 503
    assert response.text == "the query did not end within 3 seconds\n"
    assert response.headers["retry-after"] == "5"


def test_many_endless_queries_leave_room_for_short_ones(server):
    hostile = [lambda: server.select(ENDLESS)] * 5
    start = time.monotonic()
    with in_background(*hostile) as results:
        time.sleep(0.2)
        assert server.get("/health").json()["status"] == "ok"
        assert server.get("/method/adain").status_code == 200
        # It waits for the process that is kept for short queries: for each rival before it half
        # a second, and as long as a new process takes to start.
        assert bindings(server.select(EXTENDS)) == ANSWER
        assert time.monotonic() - start < 12
    assert {r.status_code for r in results} == {503}
    assert {r.text.partition(":")[0].strip() for r in results} <= {
        "the query did not end within 3 seconds",
        "busy with other long queries",
        "busy with other queries",
    }
    assert bindings(server.select(EXTENDS)) == ANSWER


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "SELECT * { ?a ?b ?c . ?d ?e ?f }",
            r"the answer is larger than 2000000 bytes: add a LIMIT|did not end within",
        ),
        (
            "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
            "did not end within|more memory|too much for its process",
        ),
        (
            "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
            "did not end within|more memory|too much for its process",
        ),
        (
            "SELECT * { ?s kg:priorWork* ?a . ?a kg:priorWork* ?b . ?c (kg:about|!kg:about)+ ?d . "
            "?e (kg:about|!kg:about)+ ?f . ?g (^kg:about|!kg:about)+ ?h } ORDER BY ?h",
            "larger than|did not end within|more memory|too much for its process",
        ),
        ("SELECT * { ?s ?p ?o FILTER(" + "(" * 50_000 + "1" + ")" * 50_000 + ") }", "."),
        ("SELECT * " + "{" * 50_000 + "}" * 50_000, "."),
        ("SELECT * { ?s ?p ?o FILTER(" + "!" * 200_000 + "true) }", "."),
        ("SELECT * { ?s " + "^" * 100_000 + "kg:about ?o }", "."),
    ],
    ids=["large", "sorted", "joined", "paths", "parentheses", "braces", "negations", "inverses"],
)
def test_hostile_queries_get_an_error_and_do_no_harm(server, query, message):
    start = time.monotonic()
    response = server.request("POST", "/sparql", content=query, headers=DIRECT)
    assert time.monotonic() - start < LIMIT + 3
    assert response.status_code in (400, 500, 503), response.text[:200]
    assert re.search(message, response.text)
    assert len(response.text) < 2000
    assert bindings(server.select(EXTENDS)) == ANSWER


@pytest.mark.parametrize(
    "pattern", ["(a*)*$", "((a{1,100}){1,100}){1,100}", "(x+x+)+y", "(.*.*.*.*)*#", "[" * 10_000]
)
def test_giant_regexes_end(server, pattern):
    query = f'SELECT (COUNT(*) AS ?n) {{ ?e oa:exact ?q FILTER REGEX(?q, "{pattern}") }}'
    start = time.monotonic()
    response = server.request("POST", "/sparql", content=query, headers=DIRECT)
    assert time.monotonic() - start < LIMIT + 2
    assert response.status_code in (200, 400, 500, 503)
    assert bindings(server.select(EXTENDS)) == ANSWER


def test_a_query_that_is_too_long(server):
    response = server.request("POST", "/sparql", content="#" * 1_100_000, headers=DIRECT)
    assert response.status_code == 413
    assert response.text == "a query has at most 1048576 bytes\n"


def test_a_client_that_goes_away_ends_its_query(server):
    host, port = server.address.removeprefix("http://").split(":")
    body = ENDLESS.encode()
    for _ in range(2):  # as many as there are processes
        with socket.create_connection((host, int(port)), 10) as connection:
            connection.sendall(
                f"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/sparql-query"
                f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            time.sleep(0.2)
    start = time.monotonic()
    assert bindings(server.select(EXTENDS)) == ANSWER
    assert time.monotonic() - start < LIMIT - 0.5


# ------------------------------------------------------------------------- nodes


def test_a_page_shows_the_sentences_of_a_node(server):
    page = server.get(f"/{STARGAN_V2}", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["vary"] == "Accept"
    text = page.text
    assert "<h1>StarGAN v2: Diverse Image Synthesis for Multiple Domains</h1>" in text
    for assertion in small_graph().assertions:
        if assertion.subject == STARGAN_V2:
            assert f'href="/{assertion.object}"' in text
            for e in assertion.evidence:
                assert e.quote in text
    assert '<a href="/paper/arxiv-1912.01865?format=ttl">Turtle</a>' in text


def test_a_node_in_turtle_and_jsonld(server):
    turtle = server.get(f"/{STARGAN_V2}", headers={"Accept": "text/turtle"})
    found = {q.triple for q in parse(turtle.content, RdfFormat.TURTLE)}
    id_ = assertion_id(STARGAN_V2, Relation.EXTENDS, STARGAN)
    stated = {t.predicate.value for t in found if t.subject.value == BASE + id_}
    assert KG.confidence in stated
    whole = set(described(small_graph(), Description("T")))
    own = {t for t in whole if t.subject.value == BASE + STARGAN_V2}
    assert own <= {type(t)(*t) for t in found}
    linked = server.get(f"/{STARGAN_V2}?format=jsonld")
    assert {q.triple for q in parse(linked.content, RdfFormat.JSON_LD)} == found
    browser = server.get(f"/{STARGAN_V2}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser.text.startswith("<!doctype html>")


def test_an_iri_with_percent_signs_is_dereferenced(server):
    page = server.get("/paper/doi-10.1109%2Fcvpr.2016.90")
    assert "<h1>Deep Residual Learning for Image Recognition</h1>" in page.text
    assert 'href="/paper/doi-10.1109%2Fcvpr.2016.90?format=ttl"' in page.text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("topic/detection", "EfficientDet"),
        ("source/translation-md", "Pictures from pictures"),
        ("extractor/links", "links"),
        (assertion_id(STARGAN_V2, Relation.EXTENDS, STARGAN),
         "StarGAN v2 is the next version of StarGAN."),
        ("graph", "void:Dataset"),
        ("graph/Paper", "void:entities"),
    ],
)  # fmt: skip
def test_every_kind_of_node_has_a_page(server, path, text):
    page = server.get(f"/{path}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert text in page.text


def test_evidence_has_a_page(server):
    extends = next(a for a in small_graph().assertions if a.relation is Relation.EXTENDS)
    (e,) = extends.evidence
    stated = assertion_id(extends.subject, extends.relation, extends.object)
    id_ = evidence_id(stated, e.source, e.span.start, e.span.end, e.rule)
    page = server.get(f"/{id_}", headers={"Accept": "text/html"})
    assert e.quote in page.text
    assert f'href="/{stated}"' in page.text


def test_every_iri_of_the_graph_is_there(server):
    subjects = {t.subject.value for t in described(small_graph(), Description("T"))}
    for iri in sorted(subjects):
        path = "/" + iri.removeprefix(BASE)
        assert server.get(path, headers={"Accept": "text/turtle"}).status_code == 200, path


def test_what_is_not_there(server):
    missing = server.get("/method/none")
    assert missing.status_code == 404
    assert missing.text == f"the graph has no node <{BASE}method/none>\n"
    assert server.get("/method/none?format=ttl").status_code == 404
    assert server.get("/nothing").status_code == 404
    assert server.get("/method/adain", headers={"Accept": "image/png"}).status_code == 406
    assert server.get("/method/adain?format=exe").status_code == 406
    assert server.get("/method/%3Cscript%3E").status_code in (404, 500)
    assert "<script>" not in server.get("/method/%3Cscript%3E").text


def test_the_other_routes(server, exports):
    assert server.get("/").text == "<!doctype html><title>explorer</title>"
    assert server.get("/graph.ttl").content == (exports / "graph.ttl").read_bytes()
    assert "owl:Ontology" in server.get("/ontology").text
    assert server.get("/style.css").headers["content-type"].startswith("text/css")
    assert server.get("/health").json()["triples"] > 0
    assert server.get("/../graph.ttl").status_code == 200  # the client resolves it
    assert server.get("/%2e%2e/%2e%2e/etc/passwd").status_code == 404


def test_pages_are_safe(server):
    response = server.get("/method/adain", headers={"Accept": "text/html"})
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in response.text
    # The explorer has scripts, and says itself which.
    assert "content-security-policy" not in server.get("/").headers


def test_another_name_for_this_machine_is_refused(server):
    response = server.get("/health", headers={"Host": "evil.example"})
    assert response.status_code == 421
    port = server.address.rpartition(":")[2]
    assert server.get("/health", headers={"Host": f"localhost:{port}"}).status_code == 200


def test_labels_and_addresses_are_inert(tmp_path):
    bad = '"><script>alert(1)</script>'
    place = Evidence("source/s", Span(0, 9), Span(1, 2), bad, "", "", 1, bad, "paper/p")
    graph = Graph(
        (
            Paper("paper/p", Kind.PAPER, bad, (bad,), title=bad,
                  identifiers=Identifiers(url="javascript:alert(1)")),
            Entity("loss/l", Kind.LOSS, bad),
        ),
        (), (SourceDocument("source/s", bad, bad, None, ("paper/p",)),),
        (Assertion("paper/p", Relation.USES_LOSS, "loss/l", (place,), 0.5),),
    )  # fmt: skip
    exports = tmp_path / "exports"
    write_turtle(graph, exports / "graph.ttl", description=Description(bad))
    running = Server(exports)
    try:
        for path in ("/paper/p", "/loss/l", "/source/s", "/"):
            text = running.get(path, headers={"Accept": "text/html"}).text
            assert "<script" not in text
            assert 'href="javascript' not in text
    finally:
        running.stop()


# ------------------------------------------------------------------------- life


def _children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if f"PPid:\t{pid}\n" in status.read_text():
                found.append(int(status.parent.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_also_in_the_middle_of_a_query(exports, number):
    running = Server(exports, limit=60)
    children = _children(running.process.pid)
    assert len(children) == 3
    with in_background(lambda: _tolerant(running, ENDLESS)):
        time.sleep(0.5)
        assert running.stop(number).strip() == "stopped"
    assert running.process.returncode == 0
    time.sleep(0.2)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def _tolerant(running, query):
    with contextlib.suppress(httpx.TransportError):
        return running.select(query)


def test_processes_end_when_the_server_is_killed(exports):
    running = Server(exports)
    children = _children(running.process.pid)
    running.stop(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while [pid for pid in children if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_requests_are_logged_without_their_contents(server):
    server.select("ASK { ?secret ?p ?o }")
    server.get("/method/adain")
    log = server.log.read_text()
    assert re.search(r"^kg\.serve 127\.0\.0\.1 GET /sparql 200 \d+ ms$", log, re.MULTILINE)
    assert re.search(r"^kg\.serve 127\.0\.0\.1 GET /method/adain 200 \d+ ms$", log, re.MULTILINE)
    assert "secret" not in log


def test_a_port_that_is_taken_and_a_graph_that_is_not_there(tmp_path, exports):
    from kg.errors import ExportsError, KgError
    from kg.serve import serve

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(KgError, match=f"cannot listen on 127.0.0.1 port {port}"):
            serve(exports, port=port)
    with pytest.raises(ExportsError, match="no graph here"):
        serve(tmp_path, port=0)
    (tmp_path / "graph.ttl").write_text("nonsense")
    with pytest.raises(ExportsError, match="not Turtle"):
        serve(tmp_path, port=0)


def test_without_an_explorer_page_there_is_a_plain_one(tmp_path):
    write_turtle(small_graph(), tmp_path / "e" / "graph.ttl", base="https://b.org/",
                 description=Description("T"))  # fmt: skip
    running = Server(tmp_path / "e")
    try:
        assert "nodes below https://b.org/" in running.get("/").text
        page = running.get("/method/adain", headers={"Accept": "text/html"})
        assert "https://b.org/method/adain" in page.text
    finally:
        running.stop()


# ------------------------------------------------------------------------- negotiation


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("text/csv;q=0.1, */*;q=0", "text/csv"),
        ("text/*", "text/csv"),
        ("text/*;q=0.5, text/csv;q=0", "text/tab-separated-values"),
        ("application/xml;q=high", None),
        ("TEXT/CSV", "text/csv"),
        ("image/png", None),
    ],
)
def test_accept_headers(header, expected):
    assert accepted(header, ROW_TYPES) == expected
