"""`kg query`, `kg show`, `kg path`, `kg view`: reading a build."""

import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import exports_option

if TYPE_CHECKING:
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
@exports_option
def query_command(
    question: tuple[str, ...],
    file: Path | None,
    list_: bool,
    params: tuple[str, ...],
    format_: str | None,
    exports: Path,
) -> None:
    """Ask the graph in SPARQL, or by the name of a ready question.

    The prefixes of the vocabulary are declared for you. Nodes may be given by name.

    \b
    Examples:
      kg query --list
      kg query papers-using --method AdaIN
      kg query 'SELECT ?paper { ?paper kg:extends ?older }' --format csv
      kg query -f question.rq --param paper=paper:arxiv-1912.01865
    """
    from kg.query import named_queries, run, run_file
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
    engine = open_store(exports)
    _let_interrupts_end_the_process()
    answer = run_file(engine, file, values) if file else run(engine, question[0], values)
    _write(answer, format_)


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


def _write(answer: "Answer", format_: str | None) -> None:
    from kg.query import Rows, Triples, short, write_answer
    from kg.text_table import to_lines

    if isinstance(answer, Triples) or format_ not in (None, "table"):
        write_answer(answer, click.get_binary_stream("stdout"), format_ or "ttl")
    elif isinstance(answer, Rows):
        rows = ([short(term) for term in row] for row in answer)
        for line in to_lines(answer.columns, rows):
            click.echo(line)
    else:
        click.echo("yes" if answer else "no")


def _let_interrupts_end_the_process() -> None:
    """The engine runs outside Python, where Ctrl-C would wait until the query is done."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
