"""`kg export`, `kg serve`, `kg publish`: the graph for other programs and people."""

from pathlib import Path

import click

from kg.cli.options import exports_option
from kg.export import FORMATS

_FORMAT_LINES = [f"  {name:8}  {format_.about}" for name, format_ in FORMATS.items()]


@click.command("export", epilog="\n".join(["\b", "Formats:", *_FORMAT_LINES]))
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    required=True,
    metavar="FORMAT",
    help="One of the formats below.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="File, or folder, to write. [default: graph.ENDING, or graph-FORMAT]",
)
@exports_option
def export_command(format_: str, output: Path | None, exports: Path) -> None:
    """Write the graph in another format.

    \b
    Examples:
      kg export --format gexf
      kg export --format obsidian -o vault
      kg export --format csv -o import
    """
    from kg.export.content import read_content

    chosen = FORMATS[format_]
    target = output or Path(f"graph{chosen.ending or f'-{format_}'}")
    chosen.write(read_content(exports), target)
    click.echo(f"wrote {target}")
    if chosen.drops:
        click.echo(f"not in it: {chosen.drops}")


@click.command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=7878,
    show_default=True,
    help="0 takes any free port.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Another address lets other machines in.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Queries that run at once.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one query may run.",
)
@click.option("--quiet", is_flag=True, help="No line for each request.")
@exports_option
def serve_command(
    port: int, host: str, workers: int, timeout: float, quiet: bool, exports: Path
) -> None:
    """Serve the graph: SPARQL, a page for each node, and the explorer.

    Reads only. The endpoint is at /sparql. Ctrl-C ends it.

    \b
    Examples:
      kg serve
      kg serve --port 8000 --timeout 5
      curl --data-urlencode 'query=ASK { ?s ?p ?o }' http://127.0.0.1:7878/sparql
    """
    import logging

    from kg.serve import Settings, serve
    from kg.workers import Limits

    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("kg").setLevel(logging.WARNING if quiet else logging.INFO)
    settings = Settings(workers=workers, limits=Limits(seconds=timeout))
    serve(
        exports,
        host=host,
        port=port,
        settings=settings,
        ready=lambda address: click.echo(f"serving {exports} at {address} (Ctrl-C ends it)"),
    )


@click.command("publish")
@click.option("--endpoint", metavar="URL", help="Where the server answers queries.")
@click.option("--update", metavar="URL", help="Where it takes updates.")
@click.option("--store", metavar="URL", help="Where it takes graphs (Graph Store Protocol).")
@click.option("--graph", metavar="IRI", help="Graph to replace. [default: one for these sources]")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one request may take.",
)
@exports_option
def publish_command(
    endpoint: str | None,
    update: str | None,
    store: str | None,
    graph: str | None,
    timeout: float,
    exports: Path,
) -> None:
    """Send the graph to a SPARQL server.

    An earlier build of the same sources is replaced as a whole. What broke off goes on when you
    run it again. A user and password, or a token, come from KG_ENDPOINT_USER and
    KG_ENDPOINT_PASSWORD, KG_ENDPOINT_TOKEN, or netrc.

    \b
    Examples:
      kg publish --endpoint http://127.0.0.1:7878/query --update http://127.0.0.1:7878/update
      kg publish --store https://example.org/rdf-graph-store --graph https://example.org/papers
    """
    from kg.endpoint import Endpoint
    from kg.progress import progress_bar
    from kg.publish import publish

    if not (update or store):
        raise click.UsageError("give --update or --store: where the server takes the graph")
    with (
        Endpoint(endpoint, update, store, graph=graph, timeout=timeout) as server,
        progress_bar() as report,
    ):
        done = publish(
            exports,
            server,
            progress=(lambda there, all_: report("publishing", there, all_)) if report else None,
        )
    click.echo(f"published {done.triples} triples in <{done.graph}>")
    for earlier in done.removed:
        click.echo(f"removed the earlier build <{earlier}>")
    for other in done.overlapping:
        click.echo(f"kg: <{other}> holds some of these sources too, and stays", err=True)
