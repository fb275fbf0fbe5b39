"""Rows as aligned columns of plain text, one line a row."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

LOOK_AHEAD = 500
"""Rows that are read before the first line is given: they decide how wide the columns are."""


WIDEST = 80
"""Characters of a cell that are shown; longer text ends in an ellipsis."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def to_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A head line, then a line for each row as it comes; columns of numbers stand to the right."""
    rest = (tuple(map(_cell, row)) for row in rows)
    first = list(islice(rest, LOOK_AHEAD))
    widths = [max(map(len, cells)) for cells in zip(columns, *first, strict=True)]
    right = [all(map(_NUMBER.fullmatch, cells)) for cells in zip(*first, strict=True)]
    right = right or [False] * len(columns)
    for row in chain([tuple(columns)], first, rest):
        yield "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ).rstrip()


def _cell(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"
