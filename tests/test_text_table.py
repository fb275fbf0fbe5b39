"""Columns line up, and rows are given as they come."""

from collections.abc import Iterator

from kg.text_table import LOOK_AHEAD, WIDEST, to_lines


def test_columns_line_up() -> None:
    rows = [("a", "-1", "x"), ("bcd", "9", ""), ("e\nf", "8.5", "y z")]
    assert list(to_lines(("name", "n", "about"), rows)) == [
        "name    n  about",
        "a      -1  x",
        "bcd     9",
        "e f   8.5  y z",
    ]


def test_no_rows() -> None:
    assert list(to_lines(("name", "n"), [])) == ["name  n"]


def test_rows_are_not_collected() -> None:
    read = 0

    def rows() -> Iterator[tuple[str]]:
        nonlocal read
        for i in range(10 * LOOK_AHEAD):
            read += 1
            yield (str(i),)

    lines = to_lines(("n",), rows())
    next(lines)
    assert read == LOOK_AHEAD
    assert sum(1 for _ in lines) == 10 * LOOK_AHEAD


def test_a_late_wide_cell_stays_whole() -> None:
    rows = [("a",)] * LOOK_AHEAD + [("wide",)]
    assert list(to_lines(("n",), rows))[-1] == "wide"


def test_long_cells_are_cut() -> None:
    cut, whole = "x" * (WIDEST + 1), "y" * WIDEST
    assert list(to_lines(("n",), [(cut,), (whole,)]))[1:] == ["x" * (WIDEST - 1) + "…", whole]
