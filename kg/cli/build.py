"""`kg build`."""

from pathlib import Path

import click

from kg.cli.options import EXPORTS, confidence_option, corrections_option, pipeline_option

SUMMARIES = Path("data", "summaries")
"""What is built when no source is named."""


@click.command("build")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCE]...")
@click.option(
    "-o",
    "--exports",
    type=click.Path(file_okay=False, path_type=Path),
    default=EXPORTS,
    show_default=True,
    metavar="DIR",
    help="Folder to write.",
)
@confidence_option
@pipeline_option
@corrections_option
@click.option("--no-quotes", is_flag=True, help="Leave the sentences of the sources out.")
@click.option("--strict", is_flag=True, help="Exit 1 if a file or a record could not be used.")
def build_command(
    sources: tuple[Path, ...],
    exports: Path,
    min_confidence: float | None,
    pipeline: str | None,
    corrections: Path | None,
    no_quotes: bool,
    strict: bool,
) -> None:
    """Build the knowledge graph of SOURCE.

    A SOURCE is a file or a folder; data/summaries/ if none is named.

    Writes graph.ttl, graph.graphml, graph.html and report.md.

    \b
    Examples:
      kg build
      kg build notes/ posts/cvpr.md -o exports
      kg build private-notes/ --no-quotes
    """
    from kg.build import build_report, write_exports
    from kg.errors import SourceError
    from kg.progress import progress_bar
    from kg.report import summary

    if not sources:
        if not SUMMARIES.is_dir():
            raise SourceError("no source named, and there is no such folder here", str(SUMMARIES))
        sources = (SUMMARIES,)
    with progress_bar() as progress:
        built = build_report(
            sources,
            min_confidence=min_confidence,
            pipeline=pipeline,
            progress=progress,
            corrections=corrections,
        )
        files = write_exports(built, exports, quotes=not no_quotes)
    for problem in built.problems:
        click.echo(f"kg: {problem.path}:{problem.line}: {problem.message}", err=True)
    click.echo(summary(built))
    click.echo(f"wrote {', '.join(str(file) for file in files)}")
    click.echo(f"next: open {exports / 'graph.html'}, or ask: kg query --list")
    if strict and built.problems:
        raise click.exceptions.Exit(1)
