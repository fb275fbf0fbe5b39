"""The pattern files of data/patterns: tab-separated, one header line, "#" begins a remark."""

from __future__ import annotations

from kg.resources import resource


def read_patterns(name: str) -> list[list[str]]:
    """The rows of data/patterns/NAME.tsv, without remarks and header."""
    lines = resource("data", "patterns", f"{name}.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return rows[1:]
