"""A SPARQL 1.1 server somewhere else: querying it, updating it, and storing graphs in it.

The three URLs are separate, as servers have them apart. Credentials come from the environment or
from netrc, are sent to no other address, and stand in no message, log or repr.
"""

from __future__ import annotations

import netrc
import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from urllib.parse import urlsplit, urlunsplit

import httpx
from pyoxigraph import (
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from kg.errors import EndpointError
from kg.lexical import words

USER_VARIABLE = "KG_ENDPOINT_USER"
PASSWORD_VARIABLE = "KG_ENDPOINT_PASSWORD"
TOKEN_VARIABLE = "KG_ENDPOINT_TOKEN"

_ROWS = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
_TRIPLES = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"
_LONG = 2000  # characters; a longer query goes as POST, for servers cut long URLs off
_AGAIN = frozenset({429, 502, 503, 504})
_PAUSES = (0.5, 1.0, 2.0)  # seconds before each further try


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with a password (Basic or Digest, as the server asks), or a bearer token."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


def find_credentials(url: str, environment: Mapping[str, str] | None = None) -> Credentials | None:
    """What the environment (KG_ENDPOINT_TOKEN, or KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD),
    else the user's netrc, says for this server; None where neither says anything.

    Raises:
        EndpointError: the netrc file cannot be understood.
    """  # fmt: skip
    known = os.environ if environment is None else environment
    if token := known.get(TOKEN_VARIABLE):
        return Credentials(token=token)
    if user := known.get(USER_VARIABLE):
        return Credentials(user, known.get(PASSWORD_VARIABLE, ""))
    try:
        entry = netrc.netrc(known.get("NETRC")).authenticators(urlsplit(url).hostname or "")
    except FileNotFoundError:
        return None
    except (netrc.NetrcParseError, OSError) as error:
        # The message of a parse error quotes the file.
        raise EndpointError(f"the netrc file cannot be read: {type(error).__name__}") from None
    return Credentials(entry[0], entry[2] or "") if entry else None


class _AsAsked(httpx.Auth):
    """Sends no password before the server has asked for one, and then in the way it asked."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._credentials.token:
            request.headers["Authorization"] = f"Bearer {self._credentials.token}"
            yield request
            return
        if self._chosen is None:
            response = yield request
            if response.status_code != 401:
                return
            user, password = self._credentials.user or "", self._credentials.password or ""
            offered = response.headers.get("www-authenticate", "").lower()
            self._chosen = (
                httpx.DigestAuth(user, password)
                if "digest" in offered
                else httpx.BasicAuth(user, password)
            )
        yield from self._chosen.auth_flow(request)


class Endpoint:
    """A SPARQL server.

    `query_url`, `update_url` and `store_url` (SPARQL 1.1 Graph Store Protocol) may each be None
    where the server or the caller has none. `graph` is the graph to query and to write; None
    means what the server takes as its default. `timeout` is in seconds, for each request.
    """

    def __init__(
        self,
        query_url: str | None = None,
        update_url: str | None = None,
        store_url: str | None = None,
        *,
        graph: str | None = None,
        credentials: Credentials | None = None,
        timeout: float = 30.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.query_url, self.update_url, self.store_url = map(
            _without_user, (query_url, update_url, store_url)
        )
        self.graph = graph
        self._pause = pause
        urls = [url for url in (query_url, update_url, store_url) if url]
        if not urls:
            raise EndpointError("an endpoint needs the URL of a SPARQL server")
        self._auth: dict[str | None, _AsAsked] = {}
        for url in urls:
            if found := credentials or _in_url(url) or find_credentials(url):
                self._auth[_without_user(url)] = _AsAsked(found)
        self._client = httpx.Client(
            timeout=timeout,
            trust_env=not all(map(_is_loopback, urls)),  # no proxy on the way to this machine
            headers={"User-Agent": "paperkg"},
        )

    def __repr__(self) -> str:
        urls = (self.query_url, self.update_url, self.store_url)
        return f"Endpoint({', '.join(map(repr, urls))}, graph={self.graph!r})"

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ reading

    def query(
        self, text: str, *, dataset: bool = True
    ) -> QuerySolutions | QueryBoolean | Iterator[Triple] | bool:
        """What the server answers to a query; rows are read from it as they are used.

        The query is about `graph`; without `dataset` it is about all that the server has.

        Raises:
            EndpointError: it refuses, fails, does not answer, or answers something else.
        """
        url = _need(self.query_url, "query")
        form = _form(text)
        graphs = form in ("CONSTRUCT", "DESCRIBE")
        fields = {"query": text} | (
            {"default-graph-uri": self.graph} if self.graph and dataset else {}
        )
        headers = {"Accept": _TRIPLES if graphs else _ROWS}
        if len(text) > _LONG:
            request = self._client.build_request("POST", url, data=fields, headers=headers)
        else:
            request = self._client.build_request("GET", url, params=fields, headers=headers)
        body, media_type = self._send(request, self._auth.get(url))
        if graphs:
            rdf_format = RdfFormat.from_media_type(media_type)
            if rdf_format is None:
                raise EndpointError(f"answers {media_type or 'no type'}, not RDF", url)
            return _triples(body, rdf_format, url)
        results = QueryResultsFormat.from_media_type(media_type)
        if results is None:
            raise EndpointError(f"answers {media_type or 'no type'}, not SPARQL results", url)
        try:
            found = parse_query_results(body, results)
            if form == "ASK" and isinstance(found, QuerySolutions):
                return _truth(found)
            return found
        except (SyntaxError, ValueError) as error:
            raise EndpointError(f"answers results that do not parse: {error}", url) from error

    # ------------------------------------------------------------------ writing

    def update(self, text: str) -> None:
        """Run a SPARQL update; sent again where the server is busy, so it must be idempotent.

        Raises:
            EndpointError: it refuses, fails or does not answer.
        """
        url = _need(self.update_url, "update")
        headers = {"Content-Type": "application/sparql-update"}
        request = self._client.build_request("POST", url, content=text.encode(), headers=headers)
        self._send(request, self._auth.get(url))

    def store(self, triples: bytes, graph: str, *, replace: bool) -> None:
        """Put N-Triples in a graph, in the place of what is there or beside it.

        Raises:
            EndpointError: it refuses, fails or does not answer.
        """
        url = _need(self.store_url, "graph store")
        request = self._client.build_request(
            "PUT" if replace else "POST",
            url,
            params={"graph": graph},
            content=triples,
            # N-Triples is Turtle too, and every server reads Turtle.
            headers={"Content-Type": "text/turtle"},
        )
        self._send(request, self._auth.get(url))

    # ------------------------------------------------------------------ the wire

    def _send(self, request: httpx.Request, auth: httpx.Auth | None) -> tuple[IO[bytes], str]:
        """The body of the answer (spooled to disk where it is long) and its media type."""
        for pause in (*_PAUSES, None):
            try:
                response = self._client.send(request, auth=auth, stream=True)
                if response.status_code in _AGAIN and pause is not None:
                    response.close()
                    self._pause(_wanted_pause(response, pause))
                    continue
                body = _spooled(response)
            except httpx.TransportError as error:
                if pause is None or isinstance(error, httpx.UnsupportedProtocol):
                    raise EndpointError(_why(error), _without_query(request.url)) from error
                self._pause(pause)
                continue
            if response.is_success:
                media_type = response.headers.get("content-type", "").partition(";")[0].strip()
                return body, media_type
            with body:
                raise _refusal(response, body.read(600), request)
        raise AssertionError("the last try either answers or raises")


def _spooled(response: httpx.Response) -> IO[bytes]:
    # Whoever reads the answer closes it.
    body = cast(IO[bytes], SpooledTemporaryFile(max_size=8 << 20))  # noqa: SIM115
    try:
        for chunk in response.iter_bytes():
            body.write(chunk)
    finally:
        response.close()
    body.seek(0)
    return body


def _triples(body: IO[bytes], rdf_format: RdfFormat, url: str) -> Iterator[Triple]:
    with body:
        try:
            for quad in parse(body, rdf_format):
                yield quad.triple
        except SyntaxError as error:
            raise EndpointError(f"answers RDF that does not parse: {error.msg}", url) from error


def _refusal(response: httpx.Response, body: bytes, request: httpx.Request) -> EndpointError:
    status = response.status_code
    said = body.decode(errors="replace").strip().partition("\n")[0][:300]
    place = _without_query(request.url)
    if status == 401:
        return EndpointError(
            f"asks for credentials, or does not take those given (401): set {USER_VARIABLE} and "
            f"{PASSWORD_VARIABLE}, or {TOKEN_VARIABLE}, or add the host to netrc",
            place,
        )
    if response.is_redirect:
        return EndpointError(
            f"moved to {response.headers.get('location', 'another place')} ({status}): "
            "give that URL",
            place,
        )
    return EndpointError(f"answered {status}{f': {said}' if said else ''}", place)


def _wanted_pause(response: httpx.Response, pause: float) -> float:
    with suppress(ValueError):
        return min(30.0, float(response.headers.get("retry-after", pause)))
    return pause


def _why(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "did not answer in time"
    if isinstance(error, httpx.ConnectError):
        return "cannot be reached: is the server running?"
    return f"broke the connection off ({type(error).__name__}: {error})"


def _form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE."""
    forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    found = (word.upper() for kind, word in words(text) if kind == "word")
    return next((form for form in found if form in forms), "SELECT")


def _truth(rows: QuerySolutions) -> bool:
    """Virtuoso 7 answers ASK with one row of 1 or 0."""
    return any(isinstance(term, Literal) and term.value != "0" for row in rows for term in row)


def _need(url: str | None, what: str) -> str:
    if url is None:
        raise EndpointError(f"the URL for {what} requests is not given")
    return url


def _without_user(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _without_query(url: httpx.URL) -> str:
    return str(url.copy_with(query=None, username=None, password=None))


def _in_url(url: str) -> Credentials | None:
    parsed = httpx.URL(url)
    return Credentials(parsed.username, parsed.password) if parsed.username else None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
