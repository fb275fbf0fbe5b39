"""A process that answers queries for `kg serve`, and that can be killed when one does not end.

A query that runs inside the engine cannot be stopped from Python, so each runs in a process of
its own. Requests come in on standard input, one JSON object a line; answers go out on standard
output as frames: one byte of type, four of length, then the payload.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, Store, serialize

from kg.errors import KgError, NoMatchError, QueryError
from kg.lexical import unescaped, words
from kg.lookup import details
from kg.query import GRAPH_FORMATS, ROW_FORMATS, Rows, Triples, run_query, short, write_answer
from kg.store import base_of, open_store
from kg.vocabulary import prefixes

if TYPE_CHECKING:
    from typing_extensions import Buffer

_PART = 1 << 16  # bytes of an answer in one frame
READY, HEAD, DATA, END, ERROR = b"R", b"H", b"D", b"E", b"X"

_AROUND = """
CONSTRUCT { ?s ?p ?o } WHERE {
  { BIND (%(node)s AS ?s) ?s ?p ?o }
  UNION { ?s rdf:subject %(node)s ; ?p ?o }
  UNION { ?s rdf:object %(node)s ; ?p ?o }
  UNION { ?a rdf:subject %(node)s ; kg:evidence ?s . ?s ?p ?o }
  UNION { ?a rdf:object %(node)s ; kg:evidence ?s . ?s ?p ?o }
}
"""


class TooLargeError(Exception):
    """The answer has more bytes than the server gives out."""


class Frames(io.RawIOBase):
    """Standard output as frames; counts the bytes of an answer and stops at the limit."""

    def __init__(self, out: IO[bytes], limit: int) -> None:
        self._out = out
        self._limit = limit
        self._left = limit
        self._part = bytearray()

    def send(self, type_: bytes, payload: bytes = b"") -> None:
        """Write one frame, after what is left of the answer."""
        part = bytes(self._part)
        self._part.clear()
        for kind, data in ((DATA, part), (type_, payload)):
            if data or kind != DATA:
                self._out.write(kind + len(data).to_bytes(4, "big") + data)
        self._out.flush()

    def begin(self) -> None:
        """A new answer may have as many bytes as the limit says."""
        self._left = self._limit
        self._part.clear()

    @property
    def stream(self) -> IO[bytes]:
        """Itself, as the type that writers ask for."""
        return cast(IO[bytes], self)

    def writable(self) -> bool:
        """Writers ask."""
        return True

    def write(self, data: Buffer) -> int:
        """Write a part of an answer; parts are gathered, as writers give them byte by byte."""
        size = memoryview(data).nbytes
        self._left -= size
        if self._left < 0:
            raise TooLargeError
        self._part += data
        if len(self._part) >= _PART:
            self.send(DATA)
        return size


def answer(store: Store, request: dict[str, str], frames: Frames) -> None:
    """Answer one request.

    Raises:
        KgError: the query cannot be run, or there is no such node.
        TooLargeError: the answer is larger than the limit.
    """
    frames.begin()
    if request["ask"] == "query":
        _answer_query(store, request["text"], request["rows"], request["triples"], frames)
    elif request["ask"] == "details":
        _answer_details(store, request["iri"], frames)
    else:
        _answer_node(store, request["iri"], request["triples"], frames)


def _answer_query(store: Store, text: str, rows: str, triples: str, frames: Frames) -> None:
    if calls_out(text):
        raise QueryError("SERVICE is not allowed here: this server calls no other")
    try:
        found = store.query(text, prefixes=prefixes(base_of(store)))
    except SyntaxError as error:
        raise QueryError(f"the query does not parse: {error.msg}") from error
    if isinstance(found, QuerySolutions | QueryBoolean):
        _need(rows, "SELECT and ASK", ROW_FORMATS)
        frames.send(HEAD, rows.encode())
        if isinstance(found, QuerySolutions):
            found.serialize(frames.stream, ROW_FORMATS[rows])
        else:
            write_answer(bool(found), frames.stream, rows)
    else:
        _need(triples, "CONSTRUCT and DESCRIBE", GRAPH_FORMATS)
        frames.send(HEAD, triples.encode())
        serialize(found, frames.stream, GRAPH_FORMATS[triples], prefixes=prefixes(base_of(store)))


_FACTS = """
SELECT ?property ?value ?label WHERE {
  %(node)s ?property ?value . OPTIONAL { ?value rdfs:label ?label }
} ORDER BY ?property ?label ?value LIMIT 1000
"""
_LEADING_HERE = """
SELECT ?property ?value ?label WHERE {
  VALUES ?property { dct:subject skos:broader kg:evidence schema:itemListElement }
  ?value ?property %(node)s . OPTIONAL { ?value rdfs:label ?label }
} ORDER BY ?property ?label ?value LIMIT 1000
"""
_QUOTES = """
SELECT ?quote ?path ?line WHERE {
  %(node)s kg:evidence ?place .
  ?place kg:line ?line ; kg:source/dct:identifier ?path . OPTIONAL { ?place oa:exact ?quote }
} ORDER BY ?path ?line ?quote
"""


def _answer_details(store: Store, iri: str, frames: Frames) -> None:
    found = asdict(details(store, iri))
    node = {"node": NamedNode(iri)}
    for key, query in (("facts", _FACTS), ("leading_here", _LEADING_HERE)):
        rows = run_query(store, query % node)
        assert isinstance(rows, Rows)
        found[key] = [
            [short(p), value.value if isinstance(value, NamedNode) else "", short(label or value)]
            for p, value, label in rows
        ]
    quotes = run_query(store, _QUOTES % node)
    assert isinstance(quotes, Rows)
    found["sentences"] = [list(map(short, row)) for row in quotes]
    frames.send(HEAD, b"json")
    frames.write(json.dumps(found).encode())


def _answer_node(store: Store, iri: str, triples: str, frames: Frames) -> None:
    node = NamedNode(iri)
    if next(store.quads_for_pattern(node, None, None), None) is None:
        raise NoMatchError(f"the graph has no node <{iri}>")
    found = run_query(store, _AROUND % {"node": node})
    assert isinstance(found, Triples)
    frames.send(HEAD, triples.encode())
    own = prefixes(base_of(store))
    serialize(dict.fromkeys(found), frames.stream, GRAPH_FORMATS[triples], prefixes=own)


def _need(chosen: str, what: str, formats: Iterable[str]) -> None:
    if not chosen:
        raise NotAcceptableError(f"{what} are answered as {', '.join(formats)}")


class NotAcceptableError(KgError):
    """None of the formats that the client accepts is one for this kind of answer."""


def calls_out(text: str) -> bool:
    """Whether a query has a SERVICE clause, also one that is hidden behind escapes."""
    return any(
        kind == "word" and word.upper() == "SERVICE"
        for form in {text, unescaped(text)}
        for kind, word in words(form)
    )


def main(path: Path, limit: int, memory: int, seconds: float) -> None:
    """Open the graph, say that it is open, and answer requests until standard input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but frames may reach standard output
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server to act on
    frames = Frames(out, limit)
    try:
        store = open_store(path)
    except KgError as error:
        frames.send(ERROR, json.dumps({"status": 500, "message": str(error)}).encode())
        return
    _limit_memory(memory)
    about = {"triples": len(store), "base": base_of(store)}
    frames.send(READY, json.dumps(about).encode())
    for line in sys.stdin.buffer:
        _limit_time(seconds)
        try:
            answer(store, json.loads(line), frames)
            frames.send(END)
        except BaseException as error:
            frames.send(ERROR, json.dumps(_refusal(error, limit)).encode())
            if not isinstance(error, Exception):
                raise
        _limit_time(0)


def _refusal(error: BaseException, limit: int) -> dict[str, object]:
    """The HTTP status and the message for what went wrong."""
    if isinstance(error, TooLargeError):
        return {"status": 500, "message": f"the answer is larger than {limit} bytes: add a LIMIT"}
    if isinstance(error, MemoryError):
        return {"status": 500, "message": "the query needs more memory than it may have"}
    status = {NoMatchError: 404, NotAcceptableError: 406, QueryError: 400}.get(type(error), 500)
    return {"status": status, "message": str(error)}


def _limit_memory(size: int) -> None:
    """No more than `size` bytes beyond what the open graph takes; 0 is no limit."""
    try:
        import resource
    except ImportError:  # not a Unix: the time limit still holds
        return
    if size:
        pages = int(Path("/proc/self/statm").read_text().split()[0]) if _HAS_PROC else 0
        total = size + pages * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (total, total))


_HAS_PROC = Path("/proc/self/statm").exists()


def _limit_time(seconds: float) -> None:
    """The system ends this process then, should the server be gone that would have."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
