"""Rows as aligned columns of plain text, one line a row."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

LOOK_AHEAD = 500
"""Rows that are read before the first line is given: they decide how wide the columns are."""


def to_lines(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[str] = ()
) -> Iterator[str]:
    """A head line, then a line for each row as it comes; `numeric` columns stand to the right."""
    rest = (tuple(map(_on_one_line, row)) for row in rows)
    first = list(islice(rest, LOOK_AHEAD))
    widths = [max(map(len, cells)) for cells in zip(columns, *first, strict=True)]
    right = [column in numeric for column in columns]
    for row in chain([tuple(columns)], first, rest):
        yield "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ).rstrip()


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
