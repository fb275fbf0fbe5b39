"""`kg serve`: a read-only SPARQL endpoint, a page for every node, and the explorer.

    GET, POST /sparql     SPARQL 1.1 Protocol, queries only
    GET /                 the explorer page (graph.html), or what there is here
    GET /method/adain     what the graph says about a node: HTML, Turtle or JSON-LD
    GET /health           {"status": "ok", ...}

Queries run in processes of their own (kg.workers), so that one which does not end is ended. The
graph is opened read-only and no route writes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl

import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.errors import KgError
from kg.resources import resource
from kg.store import open_store, turtle_file
from kg.vocabulary import BASE, FOLDERS
from kg.workers import Limits, Pool, RefusedError, Reply

log = logging.getLogger("kg.serve")

ROW_TYPES = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
"""Media types for rows and truths; the first is what a client gets that accepts anything."""

TRIPLE_TYPES = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
}
"""Media types for triples."""

_SENT_AS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
}
_LONGEST_QUERY = 1 << 20  # bytes
_PAGES = Path(__file__).parent / "pages"
_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve: `workers` processes for queries, and one more for pages of nodes."""

    workers: int = 3
    limits: Limits = field(default_factory=Limits)


# --------------------------------------------------------------------------- negotiation


def accepted(header: str | None, offered: Mapping[str, str]) -> str | None:
    """The offered media type that an Accept header likes best; None where it takes none.

    Among equals the one that is offered first; no header takes anything. (RFC 9110, 12.5.1.)
    """
    ranges: dict[str, float] = {}
    for part in (header or "*/*").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            ranges[name] = min(1.0, max(0.0, float(quality)))
        except ValueError:
            ranges[name] = 0.0

    def liking(media_type: str) -> float:
        family = media_type.partition("/")[0] + "/*"
        return next((ranges[r] for r in (media_type, family, "*/*") if r in ranges), 0.0)

    best = max(offered, key=liking)
    return best if liking(best) > 0 else None


# --------------------------------------------------------------------------- the endpoint


class Routes:
    """The routes of one served graph."""

    def __init__(self, exports: Path, settings: Settings) -> None:
        self.file = turtle_file(exports)
        self.queries = Pool(self.file, settings.workers, settings.limits)
        # Pages have a process of their own: no query can keep them waiting.
        self.pages = Pool(self.file, 1, settings.limits)
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_PAGES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    @property
    def base(self) -> str:
        """Where the nodes of the graph are."""
        return str(self.queries.about.get("base", BASE))

    @asynccontextmanager
    async def running(self, _: Starlette) -> AsyncIterator[None]:
        """Start the processes, and end them when the server ends."""
        try:
            await self.queries.start()
            await self.pages.start()
            yield
        finally:
            await self.queries.stop()
            await self.pages.stop()

    # ------------------------------------------------------------------ SPARQL

    async def sparql(self, request: Request) -> Response:
        """The SPARQL 1.1 Protocol's query operation."""
        fields = await _fields(request)
        queries = [value for name, value in fields if name == "query"]
        if any(name == "update" for name, _ in fields):
            return _refusal(400, "this endpoint is read-only: it takes queries, no updates")
        header = request.headers.get("accept")
        if not queries and request.method in ("GET", "HEAD"):
            return await self._about_endpoint(header)
        if len(queries) != 1:
            return _refusal(400, f"give one query, not {len(queries)}")
        graphs = {value for name, value in fields if name.endswith("-graph-uri")}
        own = f"{self.base}graph"
        if graphs - {own} or any(name == "named-graph-uri" for name, _ in fields):
            return _refusal(400, f"there is one graph here, the default graph <{own}>")
        rows, triples = accepted(header, ROW_TYPES), accepted(header, TRIPLE_TYPES)
        if rows is None and triples is None:
            offered = ", ".join(dict.fromkeys([*ROW_TYPES, *TRIPLE_TYPES]))
            return _refusal(406, f"answers come as {offered}")
        asked = {
            "ask": "query",
            "text": queries[0],
            "rows": ROW_TYPES[rows] if rows else "",
            "triples": TRIPLE_TYPES[triples] if triples else "",
        }
        return _response(await _unless_gone(request, self.queries.ask(asked)))

    async def _about_endpoint(self, header: str | None) -> Response:
        types = {"text/html": "html", "text/turtle": "ttl"}
        chosen = accepted(header, types)
        if chosen == "text/html":
            return self._page("sparql.html", base=self.base)
        if chosen is None:
            return _refusal(406, "the description of this endpoint comes as HTML or Turtle")
        text = (_PAGES / "service.ttl").read_text(encoding="utf-8")
        return Response(text.replace("@GRAPH@", f"{self.base}graph"), media_type="text/turtle")

    # ------------------------------------------------------------------ pages

    async def node(self, request: Request) -> Response:
        """What the graph says about one node, as the client likes it."""
        # The path as it was sent: a "%2F" of a DOI is a part of the IRI.
        raw = request.scope.get("raw_path") or request.url.path.encode()
        iri = self.base + raw.decode("ascii", "replace").partition("?")[0].lstrip("/")
        wanted = request.query_params.get("format")
        types = {"text/html": "html", **{t: f for t, f in TRIPLE_TYPES.items() if f != "nt"}}
        if wanted is None:
            chosen = types.get(accepted(request.headers.get("accept"), types) or "")
        else:
            chosen = wanted if wanted in types.values() else None
        if chosen is None:
            return _refusal(406, "a node comes as HTML, Turtle (ttl) or JSON-LD (jsonld)")
        ask = "details" if chosen == "html" else "node"
        triples = "" if chosen == "html" else chosen
        asked = {"ask": ask, "iri": iri, "triples": triples}
        reply = await _unless_gone(request, self.pages.ask(asked))
        if chosen != "html":
            response = _response(reply)
        else:
            with reply.body:
                found = json.loads(reply.body.read())
            response = self._page(
                "node.html", node=found, base=self.base, path=self._path, linked=_linked
            )
        response.headers["Vary"] = "Accept"
        return response

    def _path(self, iri: str) -> str:
        """The address of a node on this server."""
        return "/" + iri.removeprefix(self.base) if iri.startswith(self.base) else iri

    def _page(self, name: str, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(values))

    async def home(self, _: Request) -> Response:
        """The explorer page, where the build wrote one."""
        page = self.file.with_name("graph.html")
        if page.is_file():
            return FileResponse(page, media_type="text/html; charset=utf-8")
        return self._page("home.html", base=self.base, triples=self.queries.about["triples"])

    async def turtle(self, _: Request) -> Response:
        """The whole graph."""
        return FileResponse(self.file, media_type=_SENT_AS["ttl"])

    async def ontology(self, _: Request) -> Response:
        """The vocabulary."""
        return FileResponse(resource("ontology", "kg.ttl"), media_type=_SENT_AS["ttl"])

    async def style(self, _: Request) -> Response:
        """The style sheet of the pages."""
        return FileResponse(_PAGES / "style.css", media_type="text/css")

    async def health(self, _: Request) -> Response:
        """Whether queries are answered."""
        return JSONResponse({"status": "ok", "triples": self.queries.about.get("triples")})


async def _fields(request: Request) -> list[tuple[str, str]]:
    """The parameters of a protocol request, those of the body among them.

    Raises:
        RefusedError: the body is too long, is not UTF-8, or is of a type that the protocol has not.
    """
    try:
        query = request.scope["query_string"].decode("ascii")
        fields = parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise RefusedError(400, "the address is not UTF-8 under its percent signs") from None
    if request.method != "POST":
        return fields
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_QUERY:
            raise RefusedError(413, f"a query has at most {_LONGEST_QUERY} bytes")
    try:
        text = body.decode("utf-8")
        if media_type == _FORM:
            return [*fields, *parse_qsl(text, keep_blank_values=True, errors="strict")]
    except UnicodeDecodeError:
        raise RefusedError(400, "the query is not UTF-8") from None
    if media_type == _DIRECT:
        return [*fields, ("query", text)]
    if media_type == "application/sparql-update":
        raise RefusedError(400, "this endpoint is read-only: it takes queries, no updates")
    raise RefusedError(415, f"a query is sent as {_FORM} or {_DIRECT}")


async def _unless_gone(request: Request, answer: Awaitable[Reply]) -> Reply:
    """The answer; a client that goes away ends its query.

    Raises:
        RefusedError: as the pool does.
        ClientDisconnect: the client is gone.
    """
    task = asyncio.ensure_future(answer)

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    watching = asyncio.ensure_future(gone())
    try:
        await asyncio.wait({task, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return await task
    finally:
        watching.cancel()
        task.cancel()


def _response(reply: Reply) -> Response:
    def chunks() -> Iterable[bytes]:
        with reply.body:
            while chunk := reply.body.read(1 << 16):
                yield chunk

    headers = {"Content-Length": str(reply.size), "Vary": "Accept"}
    return StreamingResponse(chunks(), media_type=_SENT_AS[reply.format], headers=headers)


def _refusal(status: int, message: str) -> Response:
    headers = {"Retry-After": "5"} if status == 503 else {}
    return PlainTextResponse(f"{message}\n", status, headers=headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _refusal(error.status, error.message)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=499)  # nobody is there to read it; the log says so


def _linked(url: str | None) -> str | None:
    """An address that may be a link: never a script."""
    return url if url and re.match(r"https?://", url) else None


# --------------------------------------------------------------------------- around the routes


class Guard:
    """What every request gets: a line in the log, safe headers, and a look at its Host.

    A server on a loopback address answers to names of this machine only, so that a page on the
    web cannot reach it under a name of its own (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_SAFE]
            await send(message)

        host = Headers(scope=scope).get("host", "").lower()
        name = re.sub(r":\d*$", "", host)
        try:
            if self._hosts and name not in self._hosts:
                refusal = _refusal(421, "this server does not answer to that name")
                await refusal(scope, receive, guarded)
            else:
                await self._app(scope, receive, guarded)
        finally:
            took = (time.perf_counter() - start) * 1000
            client = (scope.get("client") or ("-",))[0]
            # The path only: a query may be long, and is the client's own.
            path = re.sub(r"[^\x21-\x7e]", "?", scope["path"])
            log.info("%s %s %s %d %.0f ms", client, scope["method"], path, status, took)


_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


class _Policy:
    """Pages of ours load nothing from elsewhere and run no scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            # The explorer page at / has scripts, and a policy of its own with their hashes.
            if message["type"] == "http.response.start" and scope["path"] != "/":
                value = b"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", value),
                ]
            await send(message)

        await self._app(scope, receive, with_policy)


def application(
    exports: Path, settings: Settings | None = None, *, hosts: Iterable[str] = ()
) -> ASGIApp:
    """The ASGI application; `hosts` are the names it answers to, any where there are none.

    Raises:
        ExportsError: there is no graph in `exports`.
    """
    of_graph = Routes(exports, settings or Settings())
    pages: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [
        ("/", of_graph.home),
        ("/graph.ttl", of_graph.turtle),
        ("/ontology", of_graph.ontology),
        ("/style.css", of_graph.style),
        ("/health", of_graph.health),
        *((f"/{folder}/{{rest:path}}", of_graph.node) for folder in FOLDERS),
        ("/graph", of_graph.node),
        ("/graph/{rest:path}", of_graph.node),
    ]
    app = Starlette(
        routes=[
            Route("/sparql", of_graph.sparql, methods=["GET", "POST"]),
            *(Route(path, page, methods=["GET"]) for path, page in pages),
        ],
        lifespan=of_graph.running,
        exception_handlers={RefusedError: _refused, ClientDisconnect: _gone},
    )
    return Guard(_Policy(app), frozenset(hosts))


def serve(
    exports: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 7878,
    settings: Settings | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the graph in `exports` until the process gets SIGINT or SIGTERM.

    `port` 0 takes any free port. `ready` is called with the address before the first request.

    Raises:
        ExportsError: there is no graph in `exports`.
        KgError: the port is taken, or the host is not an address of this machine.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise KgError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    with listening, _stopped_by_signal():
        open_store(exports)  # what is wrong with the graph is said before anything is served
        shown = f"[{host}]" if ":" in host else host
        hosts = ("localhost", "127.0.0.1", "[::1]", shown.lower()) if is_loopback(host) else ()
        app = application(exports, settings, hosts=hosts)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=3,
            limit_concurrency=200, server_header=False, proxy_headers=False,
        )  # fmt: skip
        server = uvicorn.Server(config)
        if ready is not None:
            ready(f"http://{shown}:{listening.getsockname()[1]}/")
        server.run(sockets=[listening])
    if not server.started:
        raise KgError("the server did not start: its log says why")


@contextmanager
def _stopped_by_signal() -> Iterator[None]:
    """SIGINT and SIGTERM, which uvicorn has acted on, end the block and not the process."""

    def stop(_: int, __: object) -> None:
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, stop) if main else None
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
