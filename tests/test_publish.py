"""Publishing to real servers and querying them: Oxigraph and Virtuoso."""

import base64
import dataclasses
import logging
import re
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from graphs import STARGAN, STARGAN_V2, small_graph
from pyoxigraph import Literal, NamedNode, QueryBoolean
from servers import SERVERS, Running

from kg.endpoint import Credentials, Endpoint, find_credentials
from kg.errors import EndpointError, ExportsError, QueryError
from kg.export.content import read_content
from kg.graph import Graph
from kg.lookup import details, find, path
from kg.model import Entity, Kind, SourceDocument
from kg.publish import Published, publish, target_of
from kg.query import Rows, Triples, named_queries, run_named, run_query
from kg.rdf import Description, described, from_rdf, write_turtle
from kg.vocabulary import BASE, OA

DESCRIPTION = Description("Two posts")
TRIPLES = described(small_graph(), DESCRIPTION)
G = "http://example.org/g/"


@pytest.fixture(scope="module", params=SERVERS)
def server(request, tmp_path_factory) -> Running:
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def exports(tmp_path) -> Path:
    write_turtle(small_graph(), tmp_path / "graph.ttl", description=DESCRIPTION)
    return tmp_path


def endpoint(server: Running, graph: str | None = None, **options) -> Endpoint:
    urls = {"query": server.query, "update": server.update, "store": server.store}
    urls = {name: options.pop(name, url) for name, url in urls.items()}
    if server.user:
        options.setdefault("credentials", Credentials(server.user, server.password))
    return Endpoint(urls["query"], urls["update"], urls["store"], graph=graph, **options)


def in_graph(server: Running, graph: str):
    """The Graph that a server holds under this name."""
    with endpoint(server, graph) as there:
        answer = run_query(there, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        assert isinstance(answer, Triples)
        return list(answer)


def count(server: Running, graph: str) -> int:
    with endpoint(server, graph) as there:
        rows = run_query(there, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        ((number,),) = rows.values()
        return number


# ------------------------------------------------------------------------- publishing


@pytest.mark.parametrize("way", ["update and store", "update", "store"])
def test_what_is_published_is_what_was_built(server, exports, way):
    graph = G + way.replace(" ", "-")
    seen = []
    options = {"update": {"store": None}, "store": {"update": None}}.get(way, {})
    with endpoint(server, graph, **options) as there:
        done = publish(exports, there, chunk=200, progress=lambda *n: seen.append(n))
    assert dataclasses.replace(done, overlapping=()) == Published(graph, len(TRIPLES), len(TRIPLES))
    assert [n for n, _ in seen] == [*range(200, len(TRIPLES), 200), len(TRIPLES)]
    assert {total for _, total in seen} == {len(TRIPLES)}
    assert from_rdf(in_graph(server, graph)) == small_graph()


def test_a_later_build_takes_the_place_of_the_earlier(server, tmp_path):
    graph = G + "replaced"
    first, second = small_graph(), dataclasses.replace(small_graph(), assertions=())
    for content in (first, second):
        write_turtle(content, tmp_path / "graph.ttl", description=DESCRIPTION)
        with endpoint(server, graph) as there:
            publish(tmp_path, there)
    assert from_rdf(in_graph(server, graph)) == second


def test_the_target_is_named_after_the_sources(server, tmp_path, exports):
    one = Graph(
        (Entity("method/m", Kind.METHOD, "M"),), (), (SourceDocument("source/a-md", "a.md"),), ()
    )
    write_turtle(one, tmp_path / "one" / "graph.ttl", description=DESCRIPTION)
    assert target_of(read_content(tmp_path / "one")) == f"{BASE}graph/of/a-md"
    both = target_of(read_content(exports))
    assert re.fullmatch(re.escape(BASE) + r"graph/of/[0-9a-f]{16}", both)
    with endpoint(server) as there:
        assert publish(exports, there).graph == both
    assert count(server, both) == len(TRIPLES)


def test_builds_of_fewer_of_the_same_sources_are_removed(server, tmp_path):
    def build(*names: str) -> Path:
        sources = tuple(SourceDocument(f"source/{n}", n) for n in names)
        folder = tmp_path / "-".join(names)
        write_turtle(Graph((), (), sources, ()), folder / "graph.ttl", description=DESCRIPTION)
        return folder

    with endpoint(server) as there:
        only_x = publish(build("x"), there).graph
        x_and_z = publish(build("x", "z"), there)
        assert x_and_z.removed == (only_x,)
        mine = endpoint(server, G + "mine")
        assert publish(build("y"), mine).graph == G + "mine"
        done = publish(build("x", "y"), there)
    # z is in no build of ours, and a graph that the user named is the user's.
    assert done.removed == ()
    assert done.overlapping == tuple(sorted((x_and_z.graph, G + "mine")))
    assert count(server, only_x) == 0
    assert count(server, x_and_z.graph) > 0


def test_a_graph_of_other_sources_is_not_replaced(server, tmp_path, exports):
    other = Graph((), (), (SourceDocument("source/other", "other"),), ())
    write_turtle(other, tmp_path / "other" / "graph.ttl", description=DESCRIPTION)
    with endpoint(server, G + "taken") as there:
        publish(exports, there)
        with pytest.raises(EndpointError, match="holds a build of other sources"):
            publish(tmp_path / "other", there)
    assert count(server, G + "taken") == len(TRIPLES)


def test_texts_survive_the_way(server, tmp_path):
    hard = 'q" \\ \n\t {} <i> é 深 😀 \u2028 \x7f'
    graph = Graph((Entity("method/m", Kind.METHOD, hard, ("a b",)),), (), (), ())
    write_turtle(graph, tmp_path / "graph.ttl")
    for way in ({"store": None}, {"update": None}):
        with endpoint(server, G + "texts", **way) as there:
            publish(tmp_path, there)
        assert from_rdf(in_graph(server, G + "texts")) == graph


def test_an_upload_that_broke_off_goes_on(server, exports):
    graph = G + "resumed"
    steps: list[int] = []

    def stop(done: int, _: int) -> None:
        steps.append(done)
        if done == 400:
            raise KeyboardInterrupt

    with endpoint(server, graph) as there:
        with pytest.raises(KeyboardInterrupt):
            publish(exports, there, chunk=200, progress=stop)
        assert count(server, graph) == 0  # nothing is to be seen of a half
        steps.clear()
        done = publish(exports, there, chunk=200, progress=lambda n, _: steps.append(n))
    assert steps[0] == 600
    assert done.sent == len(TRIPLES) - 400
    assert from_rdf(in_graph(server, graph)) == small_graph()


def test_a_half_upload_of_an_older_build_is_cleared_away(server, tmp_path):
    graph = G + "cleared"

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with endpoint(server, graph) as there:
        write_turtle(small_graph(), tmp_path / "graph.ttl", description=DESCRIPTION)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, there, chunk=200, progress=stop)
        newer = dataclasses.replace(small_graph(), assertions=())
        write_turtle(newer, tmp_path / "graph.ttl", description=DESCRIPTION)
        (removed,) = publish(tmp_path, there).removed
    assert removed.startswith(graph + "#upload-")
    assert count(server, removed) == 0


def test_a_graph_without_triples(server, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "graph.ttl").write_text("")
    with endpoint(server, G + "empty") as there:
        assert publish(tmp_path / "empty", there).triples == 0


def test_a_target_that_is_no_iri(server, exports):
    with (
        endpoint(server, "a b> . DROP ALL #") as there,
        pytest.raises(EndpointError, match="no IRI"),
    ):
        publish(exports, there)


# ------------------------------------------------------------------------- querying


@pytest.fixture(scope="module", params=SERVERS)
def published(request, tmp_path_factory) -> Endpoint:
    """A server of its own: where the same triples stand in several graphs, Virtuoso 7.2.5 loses
    and doubles rows of queries with paths of any length.
    """  # fmt: skip
    folder = tmp_path_factory.mktemp("published")
    write_turtle(small_graph(), folder / "graph.ttl", description=DESCRIPTION)
    with (
        SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as running,
        endpoint(running, G + "queried") as there,
    ):
        publish(folder, there)
        yield there


PARAMETERS = {
    "method": "AdaIN", "loss": "GAN loss", "dataset": "CelebA-HQ", "task": "object detection",
    "paper": "1912.01865", "topic": "generative models", "subject": "paper:arxiv-1912.01865",
    "relation": "usesLoss", "object": "adversarial loss", "whole": "method:stargan-v2",
    "node": "method/bifpn", "below": "0.6", "least": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", named_queries())
def test_every_named_query_gives_the_same_answer_as_here(published, name):
    wanted = {p.name: PARAMETERS[p.name] for p in named_queries()[name].parameters}
    here = run_named(small_graph().store, name, wanted)
    there = run_named(published, name, wanted)
    if isinstance(here, Triples):
        assert set(there) == set(here)
    elif name == "counts":  # the published graph describes itself, which the other does not
        assert set(here.values()) <= set(there.values())
    else:
        assert there.columns == here.columns
        assert sorted(map(_plain, there.values())) == sorted(map(_plain, here.values()))


def _plain(row):
    """Numbers as numbers: servers differ in how they write 0.930."""
    return tuple(
        "" if v is None else f"{v:.3f}" if isinstance(v, int | float | Decimal) else v for v in row
    )


def test_rows_truths_and_triples_come_back(published):
    rows = run_query(published, "SELECT ?q ?y { ?p kg:extends ?q ; kg:year ?y }")
    assert isinstance(rows, Rows)
    assert list(rows.values()) == [(BASE + STARGAN, 2019)]
    assert run_query(published, "ASK { ?p kg:extends ?q }") is True
    assert run_query(published, "ASK { ?p kg:extends ?p }") is False
    triples = run_query(published, "CONSTRUCT { ?q kg:extendedBy ?p } WHERE { ?p kg:extends ?q }")
    assert [t.subject.value for t in triples] == [BASE + STARGAN]


def test_a_long_query_goes_as_post(published):
    text = "SELECT ?q { ?p kg:extends ?q } # " + "x" * 9000
    assert list(run_query(published, text).values()) == [(BASE + STARGAN,)]


def test_parameters_are_terms_there_too(published):
    evil = 'x" } UNION { ?p ?q ?r } #'
    rows = run_query(published, "SELECT ?p { ?p skos:prefLabel ?n }", {"n": Literal(evil)})
    assert list(rows) == []


def test_look_up_and_paths_work_on_an_endpoint(published):
    assert find(published, "gan loss")[0].iri == BASE + "loss/adversarial-loss"
    assert details(published, BASE + STARGAN_V2).relations == (
        details(small_graph().store, BASE + STARGAN_V2).relations
    )
    ends = BASE + "dataset/celeba-hq", BASE + "method/generator"
    assert path(published, *ends) == path(small_graph().store, *ends)


def test_a_bad_query_is_an_error_of_the_endpoint(published):
    with pytest.raises(EndpointError, match="answered 400"):
        run_query(published, "SELECT ?p {")


def test_rows_of_an_endpoint_can_be_written(published, tmp_path):
    rows = run_query(published, "SELECT ?q { ?p kg:extends ?q }")
    with (tmp_path / "rows.csv").open("wb") as stream:
        rows.write(stream, "csv")
    assert (tmp_path / "rows.csv").read_text().split() == ["q", BASE + STARGAN]


def test_writing_needs_credentials_where_the_server_wants_them(server, exports):
    if server.user is None:
        pytest.skip("this server lets everybody write")
    wrong = Credentials(server.user, "wrong")
    with (
        endpoint(server, G + "no", credentials=wrong) as there,
        pytest.raises(EndpointError, match="does not take those given") as failure,
    ):
        publish(exports, there)
    assert "wrong" not in str(failure.value)


# ------------------------------------------------------------------------- the wire


class _Script(BaseHTTPRequestHandler):
    """Answers what the test says, and keeps what it was asked."""

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        answers = self.server.answers
        if answers[0] == "slow":
            self.server.slow.wait(5)
            return
        status, headers, content = answers.pop(0) if len(answers) > 1 else answers[0]
        if status == 0:  # break off
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815  # names that the base class wants

    def log_message(self, *_):
        pass


OK = (200, {"Content-Type": "application/sparql-results+json"}, b'{"head":{},"boolean":true}')
BUSY = (503, {"Retry-After": "7"}, b"busy")


@pytest.fixture
def script():
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Script)
    running.asked, running.answers, running.slow = [], [OK], threading.Event()
    running.url = f"http://127.0.0.1:{running.server_port}/sparql"
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.slow.set()
    running.shutdown()
    running.server_close()


def asked(script, **options):
    pauses: list[float] = []
    with Endpoint(script.url, pause=pauses.append, **options) as there:
        answer = there.query("ASK {}")
        assert isinstance(answer, QueryBoolean)
        assert bool(answer)
    return pauses


def test_a_busy_server_is_asked_again_when_it_says(script):
    script.answers = [BUSY, (502, {}, b""), OK]
    assert asked(script) == [7.0, 1.0]
    assert len(script.asked) == 3


def test_a_broken_connection_is_tried_again(script):
    script.answers = [(0, {}, b""), OK]
    assert asked(script) == [0.5]


def test_it_gives_up_in_the_end(script):
    script.answers = [BUSY]
    with (
        Endpoint(script.url, pause=lambda _: None) as there,
        pytest.raises(EndpointError, match="answered 503: busy"),
    ):
        there.query("ASK {}")
    assert len(script.asked) == 4


def test_a_server_that_is_not_there():
    with (
        Endpoint("http://127.0.0.1:9/sparql", pause=lambda _: None) as there,
        pytest.raises(EndpointError, match="cannot be reached: is the server running") as failure,
    ):
        there.query("ASK {}")
    assert failure.value.place == "http://127.0.0.1:9/sparql"


def test_a_server_that_does_not_answer_in_time(script):
    script.answers = ["slow", OK]
    with (
        Endpoint(script.url, pause=lambda _: None, timeout=0.2) as there,
        pytest.raises(EndpointError, match="did not answer in time"),
    ):
        there.query("ASK {}")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, {}, b"<h1>no</h1>\nmore"), "answered 404: <h1>no</h1>$"),
        ((301, {"Location": "http://else.org/"}, b""), r"moved to http://else.org/ \(301\)"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "answers text/html, not SPARQL results"),
        ((200, {"Content-Type": "application/sparql-results+json"}, b"{"), "do not parse"),
        ((403, {}, b"forbidden"), "answered 403: forbidden"),
    ],
)
def test_answers_that_are_none(script, answer, message):
    script.answers = [answer]
    with (
        Endpoint(script.url, pause=lambda _: None) as there,
        pytest.raises(EndpointError, match=message),
    ):
        there.query("ASK {}")


def test_triples_that_do_not_parse(script):
    script.answers = [(200, {"Content-Type": "text/turtle"}, b"<a")]
    with (
        Endpoint(script.url) as there,
        pytest.raises(EndpointError, match="RDF that does not parse"),
    ):
        list(there.query("CONSTRUCT WHERE { ?s ?p ?o }"))
    script.answers = [OK]
    with Endpoint(script.url) as there, pytest.raises(EndpointError, match="not RDF"):
        list(there.query("DESCRIBE <http://a.org/>"))


def test_the_graph_goes_with_the_query(script):
    with Endpoint(script.url, graph="http://a.org/g?x=1&y") as there:
        there.query("ASK {}")
        there.query("ASK {}" + " " * 3000)
        there.query("ASK {}", dataset=False)
    (_, get, _, _), (_, post, headers, body), (_, bare, _, _) = script.asked
    assert httpx.URL(get).params["default-graph-uri"] == "http://a.org/g?x=1&y"
    assert post == "/sparql"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert b"default-graph-uri=http%3A%2F%2Fa.org%2Fg%3Fx%3D1%26y" in body
    assert "default-graph-uri" not in httpx.URL(bare).params


def test_urls_that_are_not_given():
    with pytest.raises(EndpointError, match="needs the URL"):
        Endpoint()
    with Endpoint("http://127.0.0.1:9/") as there:
        with pytest.raises(EndpointError, match="URL for update requests is not given"):
            there.update("DROP ALL")
        with pytest.raises(EndpointError, match="URL for graph store requests is not given"):
            there.store(b"", "http://a.org/", replace=True)


# ------------------------------------------------------------------------- credentials

SECRET = "hush-hush"
CHALLENGE = 'Digest realm="r", nonce="n", qop="auth", algorithm="MD5"'


def test_a_bearer_token(script):
    asked(script, credentials=Credentials(token=SECRET))
    assert script.asked[0][2]["Authorization"] == f"Bearer {SECRET}"


def test_basic_only_when_it_is_asked_for(script):
    script.answers = [(401, {"WWW-Authenticate": 'Basic realm="r"'}, b""), OK]
    asked(script, credentials=Credentials("me", SECRET))
    first, second = (headers for _, _, headers, _ in script.asked)
    assert "Authorization" not in first
    encoded = second["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(encoded).decode() == f"me:{SECRET}"


def test_digest_when_it_is_asked_for(script):
    script.answers = [(401, {"WWW-Authenticate": CHALLENGE}, b"")] * 2 + [OK]
    asked(script, credentials=Credentials("me", SECRET))
    sent = script.asked[-1][2]["Authorization"]
    assert sent.startswith('Digest username="me", realm="r", nonce="n"')
    assert SECRET not in sent


def test_credentials_come_from_the_environment_or_netrc(tmp_path):
    url = "http://data.example.org:8890/sparql"
    file = tmp_path / "netrc"
    file.write_text("machine data.example.org login you password pw\n")
    file.chmod(0o600)
    with_file = {"NETRC": str(file)}
    assert find_credentials(url, with_file) == Credentials("you", "pw")
    assert find_credentials("http://other.org/", with_file) is None
    named = {"KG_ENDPOINT_USER": "me", "KG_ENDPOINT_PASSWORD": "a", **with_file}
    assert find_credentials(url, named) == Credentials("me", "a")
    assert find_credentials(url, {"KG_ENDPOINT_TOKEN": "t", **named}) == Credentials(token="t")
    assert find_credentials(url, {"NETRC": str(tmp_path / "none")}) is None
    file.write_text(f"machine {SECRET} what {SECRET}\n")
    with pytest.raises(EndpointError, match="netrc file cannot be read") as failure:
        find_credentials(url, with_file)
    assert SECRET not in str(failure.value)


def test_credentials_in_a_url_are_taken_out_of_it(script):
    script.answers = [(401, {"WWW-Authenticate": 'Basic realm="r"'}, b""), OK]
    url = script.url.replace("http://", f"http://me:{SECRET}@")
    with Endpoint(url) as there:
        assert SECRET not in repr(there)
        assert there.query_url == script.url
        there.query("ASK {}")
    assert script.asked[-1][2]["Authorization"].startswith("Basic ")


def test_secrets_stand_in_no_message_repr_or_log(script, caplog):
    caplog.set_level(logging.DEBUG)
    credentials = Credentials("me", SECRET, SECRET)
    assert SECRET not in repr(credentials)
    script.answers = [(401, {}, b"no")]
    url = script.url.replace("http://", f"http://me:{SECRET}@")
    for there in (Endpoint(url), Endpoint(script.url, credentials=credentials)):
        with there, pytest.raises(EndpointError) as failure:
            there.query("ASK {}")
        assert SECRET not in str(failure.value)
        assert SECRET not in repr(there)
    assert SECRET not in caplog.text


def test_each_url_has_its_own_credentials(script, tmp_path, monkeypatch):
    """What netrc says about one host is not sent to another."""
    file = tmp_path / "netrc"
    file.write_text(f"machine other.example login me password {SECRET}\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    script.answers = [(401, {"WWW-Authenticate": 'Basic realm="r"'}, b"")]
    with Endpoint(script.url, "http://other.example/update") as there, pytest.raises(EndpointError):
        there.query("ASK {}")
    assert all("Authorization" not in headers for _, _, headers, _ in script.asked)


def test_blank_nodes_are_refused(tmp_path):
    (tmp_path / "graph.ttl").write_text("[] <http://a.org/p> 1 .")
    with (
        Endpoint(update_url="http://127.0.0.1:9/") as there,
        pytest.raises(ExportsError, match="has blank nodes"),
    ):
        publish(tmp_path, there)


def test_a_local_parse_error_needs_no_server():
    with pytest.raises(QueryError):
        run_query(small_graph().store, "SELECT", {"x": NamedNode(OA.exact)})
