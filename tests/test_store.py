import json
import multiprocessing
import os
import time

import pytest
import rdflib
from graphs import small_graph
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import store as module
from kg.errors import ExportsError
from kg.rdf import Description, to_rdf, write_turtle
from kg.store import base_of, cache_folder, memory_store, open_store, rdflib_copy, rdflib_view
from kg.vocabulary import BASE

COUNT = len(list(to_rdf(small_graph())))


@pytest.fixture
def large(monkeypatch):
    """Every graph counts as a large one."""
    monkeypatch.setattr(module, "SMALL", 0)


@pytest.fixture
def turtle(tmp_path):
    path = tmp_path / "exports" / "graph.ttl"
    write_turtle(small_graph(), path)
    return path


def stores(cache):
    return sorted(p.name for p in cache.iterdir() if p.is_dir())


def test_a_small_graph_is_read_into_memory(turtle, tmp_path):
    cache = tmp_path / "cache"
    assert len(open_store(turtle, cache=cache)) == COUNT
    assert len(open_store(turtle.parent, cache=cache)) == COUNT
    assert not cache.exists()


@pytest.mark.usefixtures("large")
def test_a_large_graph_is_kept_and_reused(turtle, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    assert len(open_store(turtle, cache=cache)) == COUNT
    (home,) = stores(cache)

    def never(*_):
        raise AssertionError("built again")

    monkeypatch.setattr(module, "_build", never)
    assert len(open_store(turtle, cache=cache)) == COUNT
    assert stores(cache) == [home]


@pytest.mark.usefixtures("large")
def test_a_changed_graph_is_another_store(turtle, tmp_path):
    cache = tmp_path / "cache"
    open_store(turtle, cache=cache)
    old = turtle.stat()
    text = turtle.read_text(encoding="utf-8").replace("StarGAN v2", "StarGAN v3")
    turtle.write_text(text, encoding="utf-8")
    # Same size, same time of change: a file as fresh as this one is not trusted by these.
    os.utime(turtle, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert turtle.stat().st_size == old.st_size
    store = open_store(turtle, cache=cache)
    assert store.query('ASK { ?s ?p "StarGAN v3" }')
    assert not store.query('ASK { ?s ?p "StarGAN v2" }')
    assert len(stores(cache)) == 2


@pytest.mark.usefixtures("large")
def test_an_old_file_is_digested_once(turtle, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    os.utime(turtle, (1, 1_000_000_000))
    open_store(turtle, cache=cache)
    (note,) = cache.glob("*.json")
    assert json.loads(note.read_text())["state"][1] == 1_000_000_000 * 10**9
    monkeypatch.setattr(module, "blake2b", lambda data=b"", **_: _Named(data))
    assert len(open_store(turtle, cache=cache)) == COUNT
    note.write_text("nonsense")
    monkeypatch.undo()
    monkeypatch.setattr(module, "SMALL", 0)
    assert len(open_store(turtle, cache=cache)) == COUNT


class _Named:
    """A hasher that knows the name of a file and refuses its contents."""

    def __init__(self, data):
        import hashlib

        self._own = hashlib.blake2b(data, digest_size=16)

    def update(self, _):
        raise AssertionError("the file was read again")

    def hexdigest(self):
        return self._own.hexdigest()


@pytest.mark.usefixtures("large")
def test_a_damaged_store_is_built_again(turtle, tmp_path):
    cache = tmp_path / "cache"
    del_me = open_store(turtle, cache=cache)
    del del_me
    (home,) = (cache / name for name in stores(cache))
    for file in home.iterdir():
        file.write_bytes(b"")
    assert len(open_store(turtle, cache=cache)) == COUNT


@pytest.mark.usefixtures("large")
def test_a_cache_that_cannot_be_written_is_done_without(turtle, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert len(open_store(turtle, cache=blocked / "cache")) == COUNT


@pytest.mark.usefixtures("large")
def test_stores_that_nobody_opens_are_removed(turtle, tmp_path):
    cache = tmp_path / "cache"
    old, fresh, broken = cache / "old", cache / "fresh", cache / "x.1.new"
    for folder in (old, fresh, broken):
        folder.mkdir(parents=True)
    month_ago, day_ago = time.time() - 31 * 86400, time.time() - 2 * 86400
    os.utime(old, (month_ago, month_ago))
    os.utime(fresh, (day_ago, day_ago))
    os.utime(broken, (day_ago, day_ago))
    open_store(turtle, cache=cache)
    assert fresh.exists()
    assert not old.exists()
    assert not broken.exists()


def _open_and_count(path, cache, queue):
    module.SMALL = 0
    store = open_store(path, cache=cache)
    queue.put(len(store))
    time.sleep(0.2)


def test_processes_share_a_store(turtle, tmp_path):
    """Four at once: each builds or finds the store, all read it, one remains."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    cache = tmp_path / "cache"
    running = [
        context.Process(target=_open_and_count, args=(turtle, cache, queue)) for _ in range(4)
    ]
    for process in running:
        process.start()
    counts = [queue.get(timeout=60) for _ in running]
    for process in running:
        process.join(60)
        assert process.exitcode == 0
    assert counts == [COUNT] * 4
    assert len(stores(cache)) == 1


@pytest.mark.usefixtures("large")
def test_turtle_that_does_not_parse_leaves_nothing_behind(tmp_path):
    path = tmp_path / "graph.ttl"
    path.write_text("@prefix a: <http://a/> .\na:b a:c .\n")
    cache = tmp_path / "cache"
    with pytest.raises(ExportsError) as failure:
        open_store(path, cache=cache)
    assert failure.value.place == f"{path}:2"
    assert stores(cache) == []
    with pytest.raises(ExportsError, match="no graph here"):
        open_store(tmp_path / "none")


def test_the_cache_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if os.name == "posix" and os.uname().sysname == "Linux":
        assert cache_folder() == tmp_path / "paperkg" / "stores"
    assert cache_folder().parts[-2:] == ("paperkg", "stores")


def test_the_base_is_what_the_graph_says(tmp_path):
    path = tmp_path / "graph.ttl"
    write_turtle(small_graph(), path, description=Description("T"), base="https://b.org/")
    assert base_of(open_store(path)) == "https://b.org/"
    assert base_of(memory_store(to_rdf(small_graph()))) == BASE


def test_rdflib_copy_and_view_hold_the_same():
    triples = list(to_rdf(small_graph()))
    copy, view = rdflib_copy(triples), rdflib_view(memory_store(triples))
    assert len(copy) == len(view) == COUNT
    year = rdflib.URIRef("https://w3id.org/paperkg/ontology#year")
    assert {int(o) for o in copy.objects(None, year)} == {2017, 2019}
    assert {int(o) for o in view.objects(None, year)} == {2017, 2019}


def test_every_kind_of_term_reaches_rdflib():
    s, p = NamedNode("http://a.org/s"), NamedNode("http://a.org/p")
    english = Triple(s, p, Literal("x", language="en"))
    graph = rdflib_copy([english, Triple(BlankNode("b"), p, Literal(2))])
    assert set(graph.objects()) == {rdflib.Literal("x", lang="en"), rdflib.Literal(2)}
    assert {type(subject) for subject in graph.subjects()} == {rdflib.URIRef, rdflib.BNode}
    with pytest.raises(ExportsError, match=r"RDF 1\.2"):
        rdflib_copy([Triple(s, p, Triple(s, p, s))])
