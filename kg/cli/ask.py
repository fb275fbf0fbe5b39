"""`kg query`, `kg show`, `kg path`, `kg view`: reading a build."""

import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import exports_option
from kg.model import Kind

if TYPE_CHECKING:
    from kg.endpoint import Endpoint
    from kg.query import Answer, NamedQuery

FORMATS = ("table", "csv", "tsv", "json", "xml", "ttl", "nt", "jsonld")
"""table to xml for rows, ttl to jsonld for triples."""


@click.command("query", context_settings={"ignore_unknown_options": True})
@click.argument(
    "question", nargs=-1, type=click.UNPROCESSED, metavar="[SPARQL | NAME [--PARAM VALUE]...]"
)
@click.option(
    "-f",
    "--file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the SPARQL from a file.",
)
@click.option(
    "--list", "list_", is_flag=True, help="List the ready questions and their parameters."
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="Give a variable of the query its value; the same as --NAME VALUE.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="[default: table for rows, ttl for triples]",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL server instead of a build.")
@click.option("--graph", metavar="IRI", help="Named graph of the server to ask.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the server may take.",
)
@exports_option
def query_command(
    question: tuple[str, ...],
    file: Path | None,
    list_: bool,
    params: tuple[str, ...],
    format_: str | None,
    endpoint: str | None,
    graph: str | None,
    timeout: float,
    exports: Path,
) -> None:
    """Ask the graph in SPARQL, or by the name of a ready question.

    The prefixes of the vocabulary are declared for you. Nodes may be given by name. A server's
    user and password, or token, come from KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD,
    KG_ENDPOINT_TOKEN, or netrc.

    \b
    Examples:
      kg query --list
      kg query papers-using-method --method AdaIN
      kg query 'SELECT ?paper { ?paper kg:extends ?older }' --format csv
      kg query -f question.rq --param paper=paper:arxiv-1912.01865
      kg query counts --endpoint http://127.0.0.1:7878/query
    """
    from kg.query import base_for, named_queries, run, run_file
    from kg.store import open_store

    queries = named_queries()
    if list_:
        for line in _catalogue(queries.values()):
            click.echo(line)
        return
    text = None if file else next(iter(question), "--")
    if text is not None and text.startswith("--"):
        raise click.UsageError("give a query, its name, or a file (-f); --list lists the names")
    takes = [p.name for p in queries[text].parameters] if text in queries else []
    values = _parameters(question[text is not None :], params, takes)
    engine = _endpoint(endpoint, graph, timeout) if endpoint else open_store(exports)
    with _interrupts_end_the_process():
        answer = run_file(engine, file, values) if file else run(engine, question[0], values)
        _write(answer, base_for(engine), format_)


def _endpoint(url: str, graph: str | None, timeout: float) -> "Endpoint":
    from kg.endpoint import Endpoint

    return Endpoint(url, graph=graph, timeout=timeout)


def _parameters(
    words: Sequence[str], options: Sequence[str], names: Sequence[str]
) -> dict[str, str]:
    """--NAME VALUE, --NAME=VALUE, --param NAME=VALUE, and --param VALUE for the next of `names`."""
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise click.UsageError(f"{word!r} is no parameter; write --NAME VALUE")
        following = value if equals else next(rest, None)
        if following is None:
            raise click.UsageError(f"{word} needs a value")
        values[name] = following
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or (names and name not in names):
            name, value = next((n for n in names if n not in values), ""), option
        if not name:
            raise click.UsageError(f"--param {option}: write --param NAME=VALUE")
        values[name] = value
    return values


def _catalogue(queries: Iterable["NamedQuery"]) -> Iterator[str]:
    for query in queries:
        yield f"{query.name}: {query.about}"
        for p in query.parameters:
            default = "" if p.default is None else f" (default {p.default})"
            yield f"    --{p.name} {'|'.join(p.types)}: {p.about}{default}"


def _write(answer: "Answer", base: str, format_: str | None) -> None:
    from kg.query import Rows, Triples, short, write_answer
    from kg.text_table import to_lines

    if isinstance(answer, Triples) or format_ not in (None, "table"):
        write_answer(answer, sys.stdout.buffer, format_ or "ttl")
    elif isinstance(answer, Rows):
        rows = ([short(term, base) for term in row] for row in answer)
        for line in to_lines(answer.columns, rows):
            click.echo(line)
    else:
        click.echo("yes" if answer else "no")


@contextmanager
def _interrupts_end_the_process() -> Iterator[None]:
    """The engine runs outside Python, where Ctrl-C would wait until the query is done."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@click.command("show")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(list(Kind), case_sensitive=False), help="Only such a node."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@exports_option
def show_command(name: str, kind: Kind | None, format_: str, exports: Path) -> None:
    """Show an entity, its relations, and the sentence behind each.

    NAME is a label, an alias, an arXiv id, a DOI or a node such as method:adain.

    \b
    Examples:
      kg show StarGAN
      kg show "adversarial loss"
      kg show 1912.01865 --format json
    """
    from kg.describe import details_lines, to_json
    from kg.lookup import NODE_CLASSES, details, find
    from kg.query import base_for
    from kg.store import open_store
    from kg.vocabulary import KG

    engine = open_store(exports)
    matches = find(engine, name, classes=(KG[kind],) if kind else NODE_CLASSES)
    if matches[0].how == "close":
        click.echo(f"kg: nothing is called {name!r}; the nearest name is shown", err=True)
    found = [details(engine, match.iri) for match in matches if match.how == matches[0].how]
    if format_ == "json":
        click.echo(to_json(found))
        return
    click.echo("\n\n".join("\n".join(details_lines(node, base_for(engine))) for node in found))


@click.command("path")
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@exports_option
def path_command(start: str, end: str, format_: str, exports: Path) -> None:
    """Find the shortest connection of two entities.

    Each step has the sentence that says it.

    \b
    Examples:
      kg path "StarGAN v2" "Noisy Student"
      kg path method:adain loss:adversarial-loss --format json
    """
    from kg.describe import path_lines, to_json
    from kg.lookup import find_node, path
    from kg.store import open_store

    engine = open_store(exports)
    steps = path(engine, find_node(engine, start), find_node(engine, end))
    if format_ == "json":
        click.echo(to_json(steps))
    elif steps:
        click.echo("\n".join(path_lines(steps)))
    else:
        click.echo(f"{start} and {end} are one node")


@click.command("view")
@click.argument("name", required=False)
@click.option("--simple", is_flag=True, help="Write and open graph-simple.html, made with pyvis.")
@click.option("--no-open", is_flag=True, help="Print the address only.")
@exports_option
def view_command(name: str | None, simple: bool, no_open: bool, exports: Path) -> None:
    """Open the page that shows the graph, at NAME if one is given.

    \b
    Examples:
      kg view
      kg view "contrastive loss"
      kg view --simple
    """
    import webbrowser

    from kg.view import page_address

    if name and simple:
        raise click.UsageError("the simple page opens as a whole; leave NAME out")
    address = page_address(exports, name, simple=simple)
    click.echo(address)
    if not no_open:
        webbrowser.open(address)
