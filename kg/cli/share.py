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
