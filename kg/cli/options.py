"""Options that several commands share."""

from pathlib import Path

import click

from kg.build import DEFAULT_CONFIDENCE

EXPORTS = Path("exports")
"""Where a build is written and read unless the user says otherwise."""

exports_option = click.option(
    "--exports",
    type=click.Path(path_type=Path),
    default=EXPORTS,
    show_default=True,
    metavar="DIR",
    help="Folder of the build to read.",
)

confidence_option = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="NUMBER",
    help="Leave out assertions below this confidence; 0 keeps everything. "
    f"[default: {DEFAULT_CONFIDENCE:g}, and all prior work]",
)

pipeline_option = click.option(
    "--pipeline",
    metavar="NAME",
    help="Another installed spaCy pipeline, e.g. en_core_web_lg.",
)

corrections_option = click.option(
    "--corrections",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Your corrections of names and relations.",
)
