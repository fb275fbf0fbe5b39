"""`kg eval` and `kg validate`: is it right?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import EXPORTS, confidence_option, corrections_option, pipeline_option

if TYPE_CHECKING:
    from kg.gold import Summary
    from kg.graph import Graph
    from kg.model import Relation


@click.command("eval")
@click.argument("gold", type=click.Path(path_type=Path))
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCE]...")
@click.option(
    "--exports",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Score this build instead of building SOURCE. [default without SOURCE: exports]",
)
@click.option(
    "--mode",
    "modes",
    type=click.Choice(["strict", "relaxed", "entity"]),
    multiple=True,
    help="How closely a triple has to agree; all three if left out.",
)
@click.option(
    "--by",
    type=click.Choice(["relation", "paper", "source", "type"]),
    help="Split the scores.",
)
@click.option(
    "--relation",
    "relations",
    multiple=True,
    metavar="NAME",
    help="Score only this relation (priorWork: the four between papers); may be repeated.",
)
@click.option("--errors", is_flag=True, help="List what is wrong and what is missed.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
)
@confidence_option
@pipeline_option
@corrections_option
def eval_command(
    gold: Path,
    sources: tuple[Path, ...],
    exports: Path | None,
    modes: tuple[str, ...],
    by: str | None,
    relations: tuple[str, ...],
    errors: bool,
    format_: str,
    min_confidence: float | None,
    pipeline: str | None,
    corrections: Path | None,
) -> None:
    """Score a graph against annotations.

    GOLD is an annotated file or a folder of them.

    Builds SOURCE, the documents that GOLD names or folders above them, without writing
    anything, and prints precision, recall and F1. With csv, --errors replaces the scores.

    \b
    Examples:
      kg eval data/gold data/summaries
      kg eval data/gold --by relation --errors
      kg eval gold/ texts/ --by source --mode strict --format csv
      kg eval data/gold data/summaries --relation priorWork
    """
    from kg.evaluate import By, Mode, judge_all, predictions
    from kg.gold import read_gold
    from kg.score_table import FORMATS, scores_of

    if sources and exports:
        raise click.UsageError("name sources to build, or --exports to read, not both")
    summaries = read_gold(gold)
    if sources:
        graph = _build(summaries, sources, min_confidence, pipeline, corrections)
    else:
        graph = _read(exports or EXPORTS, min_confidence)
    predicted = predictions(graph, summaries)
    judged = {
        mode: judge_all(summaries, predicted, mode, _relations(relations))
        for mode in (Mode(m) for m in modes or Mode)
    }
    scores = scores_of(judged, By(by) if by else None, errors)
    click.echo(FORMATS[format_](scores), nl=False)


def _relations(names: tuple[str, ...]) -> tuple["Relation", ...]:
    from kg.model import PRIOR_WORK, Relation

    chosen: list[Relation] = []
    for name in names:
        if name == "priorWork":
            chosen.extend(PRIOR_WORK)
        elif name in list(Relation):
            chosen.append(Relation(name))
        else:
            known = ", ".join(["priorWork", *Relation])
            raise click.BadParameter(f"no relation is called {name!r}; there are {known}")
    return tuple(chosen) or tuple(Relation)


def _build(
    gold: Sequence["Summary"],
    sources: Sequence[Path],
    min_confidence: float | None,
    pipeline: str | None,
    corrections: Path | None,
) -> "Graph":
    from kg.build import build_report
    from kg.gold import find_documents
    from kg.progress import progress_bar

    files = find_documents(gold, sources)
    with progress_bar() as progress:
        return build_report(
            tuple(files.values()) or sources,
            min_confidence=min_confidence,
            pipeline=pipeline,
            corrections=corrections,
            progress=progress,
        ).graph


def _read(exports: Path, min_confidence: float | None) -> "Graph":
    from kg.build import above
    from kg.rdf import read_turtle

    return above(read_turtle(exports / "graph.ttl"), min_confidence or 0.0)


@click.command("validate")
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[FILE|DIR]")
def validate_command(path: Path | None) -> None:
    """Check a graph against the vocabulary.

    Reads an RDF file, or graph.ttl of a folder (default exports/), and prints what is wrong with
    its place. Exit code 1 if anything is.

    \b
    Examples:
      kg validate
      kg validate other/graph.ttl
    """
    from kg.validate import validate

    target = path or EXPORTS
    findings = validate(target)
    for finding in findings:
        about = " ".join(word for word in (finding.node, finding.path, finding.value) if word)
        click.echo(f"{finding.place}: {finding.message}{f' ({about})' if about else ''}")
    if findings:
        click.echo(f"kg: {target} does not conform, findings: {len(findings)}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{target} conforms")
