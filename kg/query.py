"""SPARQL over a graph: ad hoc, from a file, or by name, on a local store or at an endpoint.

Prefixes are declared for the user (`kg.vocabulary.prefixes`). A parameter is a variable of the
query that gets a value before the query runs; the value goes in as a typed RDF term, never as
text. Named queries are the files in data/queries/: their first lines say what they answer and
which parameters they take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from kg.errors import QueryError
from kg.lexical import words
from kg.model import Kind, Relation
from kg.resources import resource
from kg.store import base_of
from kg.vocabulary import BASE, KG, SKOS, XSD, prefixes

if TYPE_CHECKING:
    from kg.endpoint import Endpoint

_Format = TypeVar("_Format", QueryResultsFormat, RdfFormat)

Value = str | int | float | Decimal | bool
Term = NamedNode | BlankNode | Literal | Triple

ROW_FORMATS: Mapping[str, QueryResultsFormat] = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
"""How rows and yes/no answers can be written."""

GRAPH_FORMATS: Mapping[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}
"""How the triples of CONSTRUCT and DESCRIBE can be written."""


# --------------------------------------------------------------------------- answers


class Rows:
    """What SELECT answers. It is read once: iterating uses the rows up."""

    def __init__(self, solutions: QuerySolutions) -> None:
        self._solutions = solutions
        self.columns = tuple(variable.value for variable in solutions.variables)

    def __iter__(self) -> Iterator[QuerySolution]:
        """The rows as RDF terms: row["paper"], row[0], or unpacked; None where unbound."""
        with _engine_errors():
            yield from self._solutions

    def values(self) -> Iterator[tuple[Value | None, ...]]:
        """The rows as Python values: IRIs and texts as str, numbers and truths as such."""
        for row in self:
            yield tuple(map(plain, row))

    def write(self, stream: IO[bytes], format: str) -> None:
        """Write the rows in one of ROW_FORMATS, as they come."""
        with _engine_errors():
            self._solutions.serialize(stream, _format_of(format, ROW_FORMATS, "a SELECT query"))


class Triples:
    """What CONSTRUCT and DESCRIBE answer. It is read once."""

    def __init__(self, triples: Iterable[Triple], base: str = BASE) -> None:
        self._triples = triples
        self._base = base

    def __iter__(self) -> Iterator[Triple]:
        with _engine_errors():
            yield from self._triples

    def write(self, stream: IO[bytes], format: str) -> None:
        """Write the triples in one of GRAPH_FORMATS, as they come."""
        rdf_format = _format_of(format, GRAPH_FORMATS, "a CONSTRUCT or DESCRIBE query")
        serialize(iter(self), stream, rdf_format, prefixes=prefixes(self._base))


Answer = Rows | Triples | bool


def plain(term: Term | None) -> Value | None:
    """An RDF term as a Python value; numbers that are ill-formed stay texts."""
    if not isinstance(term, Literal):
        return None if term is None else str(term) if isinstance(term, Triple) else term.value
    text = term.value
    try:
        match term.datatype.value:
            case XSD.integer:
                return int(text)
            case XSD.decimal:
                return Decimal(text)
            case datatype if datatype in (XSD.iri + "double", XSD.iri + "float"):
                return float(text)
            case datatype if datatype == XSD.iri + "boolean":
                return text in ("true", "1")
    except (ValueError, ArithmeticError):
        pass  # ill-formed: the text is all that there is
    return text


def short(term: Term | None, base: str = BASE) -> str:
    """A term for a person: paper:arxiv-1912.01865, a bare text or number, "" for nothing."""
    if isinstance(term, NamedNode):
        table = prefixes(base)
        for prefix, iri in table.items():
            if term.value.startswith(iri) and term.value != iri:
                return f"{prefix}:{term.value.removeprefix(iri)}"
    value = plain(term)
    return "" if value is None else str(value)


def write_answer(answer: Answer, stream: IO[bytes], format: str) -> None:
    """Write any answer: rows and truths in ROW_FORMATS, triples in GRAPH_FORMATS.

    Raises:
        QueryError: the format is not one for this kind of answer.
    """
    if not isinstance(answer, bool):
        answer.write(stream, format)
        return
    word = "true" if answer else "false"
    kind = _format_of(format, ROW_FORMATS, "an ASK query")
    if kind == QueryResultsFormat.JSON:
        word = f'{{"head":{{}},"boolean":{word}}}'
    elif kind == QueryResultsFormat.XML:
        word = (
            '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
            f"<head></head><boolean>{word}</boolean></sparql>"
        )
    stream.write(word.encode())


def _format_of(name: str, formats: Mapping[str, _Format], what: str) -> _Format:
    if name not in formats:
        raise QueryError(f"{what} can be written as {', '.join(formats)}, not as {name}")
    return formats[name]


# --------------------------------------------------------------------------- running


def run_query(
    engine: Store | Endpoint,
    text: str,
    parameters: Mapping[str, Value | NamedNode | Literal] | None = None,
    *,
    base: str | None = None,
    place: str = "query",
) -> Answer:
    """Run SPARQL; each parameter is the value of the variable of that name.

    `base` is what the prefixes of nodes stand for: what the graph says unless it is given.

    A str among the parameters that is an IRI, or has a known prefix ("method:adain"), is that
    IRI; one that is a number is a number; any other is a text. Pass a NamedNode or Literal to
    say it exactly.

    Raises:
        QueryError: the query does not parse (it has the line and column), a parameter is no
            variable of it, or the engine gives up.
        EndpointError: the endpoint refuses, fails or does not answer.
    """
    base = base or base_for(engine)
    if parameters:
        if isinstance(engine, Store):
            _parse_only(text, base, place)  # so that a place is one in the user's own text
        terms = {name: _term_of(value, base) for name, value in parameters.items()}
        text = bind(text, terms, place=place)
    found: QuerySolutions | QueryBoolean | QueryTriples | Iterator[Triple] | bool
    if isinstance(engine, Store):
        with _engine_errors(text, place):
            found = engine.query(text, prefixes=prefixes(base))
    else:
        found = engine.query(with_prefixes(text, base))
    if isinstance(found, QuerySolutions):
        return Rows(found)
    if isinstance(found, QueryBoolean | bool):
        return bool(found)
    return Triples(found, base)


def base_for(engine: Store | Endpoint) -> str:
    """The base of the graph that an engine answers for."""
    return base_of(engine) if isinstance(engine, Store) else BASE


def with_prefixes(text: str, base: str = BASE) -> str:
    """The query with our prefixes declared before it, on its first line.

    A prefix that the query declares itself is left to it.
    """
    own = {word.rstrip(":") for kind, word in words(text) if kind == "pname" and word[-1] == ":"}
    table = prefixes(base).items()
    declared = (f"PREFIX {name}: <{iri}>" for name, iri in table if name not in own)
    return " ".join([*declared, text])


def _parse_only(text: str, base: str, place: str) -> None:
    with _engine_errors(text, place):
        Store().query(text, prefixes=prefixes(base))


_AT = re.compile(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", re.DOTALL)
_SAID = (
    "Prefix not found",
    "The SELECT contains a variable that is unbound",
    "Invalid IRI",
    "Duplicate",
)


_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")


class _engine_errors:  # noqa: N801  # it reads as the verb of a with statement
    """What the engine raises, as a QueryError."""

    def __init__(self, text: str = "", place: str | None = None) -> None:
        self.text = text
        self.place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, SyntaxError):
            raise self._syntax(str(error.msg)) from error
        if isinstance(error, BrokenPipeError):
            return  # the reader of our output has enough: nothing is wrong with the query
        if isinstance(error, OSError | RuntimeError | ValueError):
            raise QueryError(f"the query failed: {error}", self.place) from error

    def _syntax(self, message: str) -> QueryError:
        if (match := _AT.match(message)) is None:
            return QueryError(f"the query does not parse: {message}", self.place)
        line, column, wanted = int(match[1]), int(match[2]), match[3]
        verb = next((word.upper() for kind, word in words(self.text) if kind == "word"), "")
        said = [text for text in _SAID if text in wanted]
        # The engine lists the character classes of a name where one could go on: no help.
        tokens = [] if said else [t for t in wanted.split(", ") if "[" not in t and "'" not in t]
        what = (
            f"{verb} is an update, and a query only reads"
            if verb in _UPDATES
            else said[0][0].lower() + said[0][1:]
            if said
            else f"expected {' or '.join(tokens)}"
            if 0 < len(tokens) < 6
            else "something else was expected here"
        )
        lines = self.text.splitlines()
        shown = lines[line - 1] if line <= len(lines) else ""
        caret = re.sub(r"\S", " ", shown[: column - 1]) + "^"
        return QueryError(
            f"the query does not parse: {what}\n  {shown}\n  {caret}",
            f"{self.place}:{line}:{column}" if self.place else None,
            line,
            column,
        )


# --------------------------------------------------------------------------- parameters


def bind(text: str, terms: Mapping[str, NamedNode | Literal], *, place: str = "query") -> str:
    """The query with each of these variables replaced by its term.

    A variable that is selected, grouped or ordered by stays a column: it is written as
    (term AS ?name), or as (term).

    >>> bind("SELECT ?p ?l { ?p kg:usesLoss ?l }", {"l": NamedNode("http://a.org/b")})
    'SELECT ?p (<http://a.org/b> AS ?l) { ?p kg:usesLoss <http://a.org/b> }'

    Raises:
        QueryError: the query has no such variable, or gives it a value itself.
    """
    written = {name: str(term) for name, term in terms.items()}
    missing = dict(written)
    pieces: list[str] = []
    depth = 0
    clause, at = "", -1  # the clause whose variables may stand bare, and its bracket depth
    previous = ""
    for kind, word in words(text):
        if kind == "open":
            depth += 1
            if word == "{":
                clause = ""
        elif kind == "close":
            depth -= 1
            if depth < at:
                clause = ""
        elif kind == "word":
            upper = word.upper()
            if upper in ("SELECT", "GROUP", "ORDER", "VALUES"):
                clause, at = upper, depth
            elif upper in ("WHERE", "FROM", "HAVING", "LIMIT", "OFFSET"):
                clause = ""
        elif kind == "variable" and (name := word[1:]) in written:
            if previous == "AS" or clause == "VALUES":
                raise QueryError(f"{word} gets its value in the query, so it is no parameter",
                                 place)  # fmt: skip
            missing.pop(name, None)
            word = written[name]
            if clause and depth == at:
                word = f"({word} AS ?{name})" if clause == "SELECT" else f"({word})"
        pieces.append(word)
        if not word.isspace() and kind != "comment":
            previous = word.upper()
    if missing:
        names = ", ".join(sorted(missing))
        raise QueryError(f"the query has no variable for the parameter {names}", place)
    return "".join(pieces)


_CURIE = re.compile(r"([A-Za-z]\w*):(\S+)")
_ADDRESS = re.compile(r"https?://\S+")
_WHOLE = re.compile(r"[+-]?\d+")
_FRACTION = re.compile(r"[+-]?\d*\.\d+")


def _term_of(value: Value | NamedNode | Literal, base: str) -> NamedNode | Literal:
    if isinstance(value, NamedNode | Literal):
        return value
    if not isinstance(value, str):
        return _number(value)
    if iri := iri_of(value, base):
        return iri
    if _WHOLE.fullmatch(value) or _FRACTION.fullmatch(value):
        return _number(Decimal(value) if "." in value else int(value))
    return Literal(value)


def _number(value: int | float | Decimal | bool) -> Literal:
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        return Literal(f"{value:f}", datatype=NamedNode(XSD.decimal))
    return Literal(value)


def iri_of(text: str, base: str) -> NamedNode | None:
    """The IRI that a person writes as <IRI>, as an address, or with one of our prefixes."""
    inner = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    if not _ADDRESS.fullmatch(inner):
        match = _CURIE.fullmatch(text)
        space = prefixes(base).get(match[1]) if match else None
        if match is None or space is None:
            return None
        inner = space + match[2]
    try:
        return NamedNode(inner)
    except ValueError:
        return None


# --------------------------------------------------------------------------- named queries


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a named query takes.

    `types` are kinds of node ("Method", "Paper", "Topic"), "relation", "integer", "decimal" or
    "text". `default` is the text of a default value; None where the value must be given.
    """

    name: str
    types: tuple[str, ...]
    about: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query of data/queries/: what it answers, what it takes, and its SPARQL."""

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    text: str


_PARAMETER = re.compile(
    r"#\s*param\s+(?P<name>\w+)\s+\((?P<types>[\w |]+)\)(?:\s*=\s*(?P<default>\S+))?\s*:\s*"
    r"(?P<about>.+)"
)
_NODE_TYPES = {**{str(kind): KG[kind] for kind in Kind}, "Topic": SKOS.Concept,
               "Source": KG.SourceDocument}  # fmt: skip
_VALUE_TYPES = ("relation", "integer", "decimal", "text")


def named_queries() -> dict[str, NamedQuery]:
    """The queries that come with kg, by name, in alphabetical order."""
    files = sorted(resource("data", "queries").glob("*.rq"))
    return {file.stem: parse_named(file.stem, file.read_text(encoding="utf-8")) for file in files}


def parse_named(name: str, text: str) -> NamedQuery:
    """A named query from its text: its leading comment lines are its description.

    The first says what it answers; `# param NAME (TYPE | TYPE) = DEFAULT: MEANING` declares a
    parameter, without "= DEFAULT" one that must be given.

    Raises:
        QueryError: a line of the head is neither, or a type is unknown.
    """
    about: list[str] = []
    parameters: list[Parameter] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            break
        if match := _PARAMETER.fullmatch(line.rstrip()):
            types = tuple(t.strip() for t in match["types"].split("|"))
            if unknown := [t for t in types if t not in _NODE_TYPES and t not in _VALUE_TYPES]:
                raise QueryError(f"unknown type of a parameter: {unknown[0]}", f"{name}:{number}")
            parameters.append(Parameter(match["name"], types, match["about"], match["default"]))
        elif parameters or re.match(r"#\s*param\b", line):
            raise QueryError("not a declaration of a parameter", f"{name}:{number}")
        else:
            about.append(line.lstrip("# ").strip())
    return NamedQuery(name, " ".join(about), tuple(parameters), text)


def run_named(
    engine: Store | Endpoint,
    name: str,
    parameters: Mapping[str, Value | NamedNode | Literal] | None = None,
    *,
    base: str | None = None,
) -> Answer:
    """Run a query of data/queries/. Nodes may be given by name: method="AdaIN".

    Raises:
        QueryError: there is no such query, a parameter is missing, unknown or of another type.
        NoMatchError: no node of the right kind has the name (it carries suggestions).
        EndpointError: the endpoint refuses, fails or does not answer.
    """
    queries = named_queries()
    if name not in queries:
        raise QueryError(f"there is no query named {name!r}: `kg query --list` lists them"
                         f"{_did_you_mean(name, queries)}")  # fmt: skip
    found = queries[name]
    base = base or base_for(engine)
    given = dict(parameters or {})
    terms: dict[str, Value | NamedNode | Literal] = {}
    for parameter in found.parameters:
        value = given.pop(parameter.name, parameter.default)
        if value is None:
            raise QueryError(
                f"the query {name} needs --param {parameter.name}=...: {parameter.about}"
            )
        terms[parameter.name] = _typed(engine, parameter, value, base)
    if given:
        takes = ", ".join(p.name for p in found.parameters) or "none"
        raise QueryError(f"the query {name} has no parameter {min(given)!r} (it takes {takes})")
    return run_query(engine, found.text, terms, base=base, place=f"{name}.rq")


def run(
    engine: Store | Endpoint,
    text_or_name: str,
    parameters: Mapping[str, Value | NamedNode | Literal] | None = None,
    *,
    base: str | None = None,
) -> Answer:
    """Run a named query where the text is the name of one (one word), else the SPARQL itself.

    Raises:
        QueryError, NoMatchError, EndpointError: as `run_named` and `run_query` do.
    """
    if re.fullmatch(r"[\w-]+", text_or_name):
        return run_named(engine, text_or_name, parameters, base=base)
    return run_query(engine, text_or_name, parameters, base=base)


def run_file(
    engine: Store | Endpoint,
    path: Path,
    parameters: Mapping[str, Value | NamedNode | Literal] | None = None,
    *,
    base: str | None = None,
) -> Answer:
    """Run the query in a file; errors have their place in it.

    Raises:
        QueryError, EndpointError: as `run_query` does, and where the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QueryError(f"cannot be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise QueryError("is not UTF-8 text", str(path)) from error
    return run_query(engine, text, parameters, base=base, place=str(path))


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _typed(
    engine: Store | Endpoint,
    parameter: Parameter,
    value: Value | NamedNode | Literal,
    base: str,
) -> NamedNode | Literal:
    if isinstance(value, NamedNode | Literal):
        return value
    text = str(value)
    for type_ in parameter.types:
        if type_ == "integer" and _WHOLE.fullmatch(text):
            return _number(int(text))
        if type_ == "decimal" and (_WHOLE.fullmatch(text) or _FRACTION.fullmatch(text)):
            return _number(Decimal(text))
        if type_ == "text":
            return Literal(text)
        if type_ == "relation" and text.removeprefix("kg:") in set(Relation):
            return NamedNode(KG[text.removeprefix("kg:")])
    classes = [_NODE_TYPES[type_] for type_ in parameter.types if type_ in _NODE_TYPES]
    if not classes:
        wanted = " or ".join(parameter.types)
        if "relation" in parameter.types:
            wanted += f" ({', '.join(Relation)})"
        raise QueryError(f"--param {parameter.name}: {text!r} is no {wanted}")
    from kg.lookup import find_node

    return NamedNode(find_node(engine, text, classes=classes, base=base))
