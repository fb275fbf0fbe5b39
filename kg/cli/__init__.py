"""The command line: options, progress, exit codes. Every command is one call plus echo.

Only click is imported here; a command imports what it calls when it runs, so that `kg --help`
answers at once.

Exit codes: 0 done; 1 the answer is no (no paper, no such name, does not conform, --strict);
2 could not run; 130 interrupted.
"""

from typing import Any

import click

from kg.cli.ask import path_command, query_command, show_command, view_command
from kg.cli.build import build_command
from kg.cli.completion import completion_command
from kg.cli.measure import eval_command, validate_command
from kg.cli.share import export_command, publish_command, serve_command
from kg.errors import KgError

CANNOT_RUN = 2
INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


class _Group(click.Group):
    """Turns the library's errors into messages, once."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KgError as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if error.filename is None:  # not about a file that the user named
                raise
            click.echo(f"kg: {error.filename}: {error.strerror}", err=True)
            ctx.exit(CANNOT_RUN)
        except KeyboardInterrupt:
            click.echo("kg: interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paperkg", prog_name="kg")
def main() -> None:
    """Turn summaries of research papers into a knowledge graph.

    Every triple carries the sentence that says it.

    \b
    Start here:
      kg build                    the graph of data/summaries/, into exports/
      kg build notes/ post.md     the graph of your own files
      kg show StarGAN             an entity, its relations, the sentence behind each
      kg query --list             ready questions
    """


for command in (
    build_command,
    query_command,
    show_command,
    path_command,
    view_command,
    eval_command,
    validate_command,
    export_command,
    serve_command,
    publish_command,
    completion_command,
):
    main.add_command(command)
