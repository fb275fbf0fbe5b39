"""Where queries run: a pyoxigraph Store, in memory for a small graph, on disk for a large one.

A store on disk lies in the user's cache folder under the digest of its Turtle, so it is reused
while the Turtle is unchanged and can never answer for another graph. It is built under another
name and renamed when complete, and opened read-only: any number of processes can use one, and
two that build the same one at once both end with a good one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple

from kg.errors import ExportsError
from kg.output import write_text
from kg.vocabulary import BASE, VOID, XSD, prefixes

if TYPE_CHECKING:
    import rdflib

SMALL = 4_000_000
"""Bytes of Turtle up to which reading it (0.3 s) is as good as keeping a store on disk."""

_STALE = 30 * 86400  # seconds after which a store that nobody opened is removed
_RACY = 2.0  # seconds; a file changed so shortly before it was digested may change unseen


def memory_store(triples: Iterable[Triple]) -> Store:
    """A store in memory that holds these triples in its default graph."""
    store = Store()
    store.bulk_extend(Quad(*triple) for triple in triples)
    return store


def open_store(path: Path, *, cache: Path | None = None) -> Store:
    """The graph of a Turtle file (or of graph.ttl in a folder), ready to be queried.

    Above SMALL bytes the store is on disk below `cache` (the user's cache folder unless given)
    and read-only; where that folder cannot be written, in memory.

    Raises:
        ExportsError: there is no such file, or it is not Turtle (the place has the line).
    """
    file = turtle_file(path)
    if file.stat().st_size <= SMALL:
        store = Store()
        _load(store, file)
        return store
    folder = cache_folder() if cache is None else cache
    try:
        folder.mkdir(parents=True, exist_ok=True)
        home = folder / _digest_of(file, folder)
        if not home.is_dir():
            _build(file, home)
        store = _open(file, home)
        _remove_stale(folder, keep=home)
    except (OSError, RuntimeError):  # RocksDB's own failures are RuntimeErrors
        store = Store()
        _load(store, file)
    return store


def turtle_file(path: Path) -> Path:
    """The Turtle file that a path means: itself, or graph.ttl in a folder.

    Raises:
        ExportsError: it is not there.
    """
    file = path / "graph.ttl" if path.is_dir() else path
    if not file.is_file():
        raise ExportsError("no graph here: run `kg build`, or name its folder with --exports",
                           str(file))  # fmt: skip
    return file


def cache_folder() -> Path:
    """Where stores are kept: paperkg/stores in the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("paperkg", appauthor=False) / "stores"


def base_of(store: Store) -> str:
    """The base of a graph: what it says of itself (void:uriSpace), else BASE."""
    for quad in store.quads_for_pattern(None, NamedNode(VOID.uriSpace), None):
        if isinstance(quad.object, Literal):
            return quad.object.value
    return BASE


def _load(store: Store, file: Path) -> None:
    try:
        store.bulk_load(path=file, format=RdfFormat.TURTLE)
    except SyntaxError as error:
        place = f"{file}:{error.lineno}" if error.lineno else str(file)
        raise ExportsError(f"not Turtle: {error.msg}", place) from error


def _build(file: Path, home: Path) -> None:
    growing = home.with_name(f"{home.name}.{secrets.token_hex(6)}.new")
    try:
        store = Store(growing)
        _load(store, file)
        store.flush()
        del store  # closes it, so that nothing holds its lock
        try:
            growing.rename(home)
        except OSError:
            if not home.is_dir():  # else another process was first: its store is as good
                raise
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _open(file: Path, home: Path) -> Store:
    try:
        store = Store.read_only(str(home))
    except (OSError, RuntimeError):  # damaged (a full disk, a crash): build it again, once
        shutil.rmtree(home, ignore_errors=True)
        _build(file, home)
        store = Store.read_only(str(home))
    os.utime(home)
    return store


def _digest_of(file: Path, folder: Path) -> str:
    """The digest of a file's bytes, remembered by its place, size and time of change."""
    stat = file.stat()
    state = [stat.st_size, stat.st_mtime_ns]
    place = blake2b(str(file.resolve()).encode(), digest_size=16).hexdigest()
    note = folder / f"{place}.json"
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        if known["state"] == state:
            return str(known["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no note yet, or one that is not ours: digest the file again
    now = time.time()
    with file.open("rb") as stream:
        hasher = blake2b(digest_size=16)
        while chunk := stream.read(1 << 20):
            hasher.update(chunk)
    digest = hasher.hexdigest()
    if now - stat.st_mtime > _RACY:
        write_text(note, json.dumps({"state": state, "digest": digest}))
    return digest


def _remove_stale(folder: Path, keep: Path) -> None:
    now = time.time()
    for entry in folder.iterdir():
        if entry == keep or not entry.is_dir():
            continue
        age = now - entry.stat().st_mtime
        if age > (86400 if entry.suffix == ".new" else _STALE):
            shutil.rmtree(entry, ignore_errors=True)


# --------------------------------------------------------------------------- rdflib


def rdflib_view(store: Store) -> rdflib.Graph:
    """An rdflib Graph over the store itself: nothing is copied, and its SPARQL is Oxigraph's."""
    import rdflib
    from oxrdflib import OxigraphStore
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    graph = rdflib.Graph(OxigraphStore(store=store), identifier=DATASET_DEFAULT_GRAPH_ID)
    for prefix, iri in prefixes(base_of(store)).items():
        graph.bind(prefix, iri)
    return graph


def rdflib_copy(triples: Iterable[Triple]) -> rdflib.Graph:
    """These triples in rdflib's own memory store, five times as fast as its Turtle parser.

    For what asks for one triple after another, as pySHACL does: there a view of an Oxigraph
    store is slower.
    """
    import rdflib

    graph = rdflib.Graph()
    store = graph.store
    for triple in _rdflib_triples(triples):
        store.add(triple, graph)
    return graph


def _rdflib_triples(
    triples: Iterable[Triple],
) -> Iterator[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]:
    import rdflib

    known: dict[object, rdflib.term.Node] = {}

    def converted(term: object) -> rdflib.term.Node:
        if (found := known.get(term)) is None:
            match term:
                case NamedNode():
                    found = rdflib.URIRef(term.value)
                case BlankNode():
                    found = rdflib.BNode(term.value)
                case Literal() if term.language:
                    found = rdflib.Literal(term.value, lang=term.language)
                case Literal() if term.datatype.value == XSD.string:
                    found = rdflib.Literal(term.value)
                case Literal():
                    found = rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))
                case _:
                    raise ExportsError(f"rdflib has no place for the RDF 1.2 triple term {term}")
            known[term] = found
        return found

    for s, p, o in triples:
        yield converted(s), converted(p), converted(o)
