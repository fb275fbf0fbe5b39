"""exports/ is what a build of data/summaries/ gives, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = {"graph.ttl", "graph.graphml", "graph.html", "report.md"}


def test_exports_are_current(tmp_path: Path) -> None:
    """Built on a hash seed of its own: a set that leaks its order shows here."""
    subprocess.run(
        [sys.executable, "-m", "kg", "build", "data/summaries", "-o", tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "20201"},
        check=True,
        capture_output=True,
    )
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert {path.name for path in (ROOT / "exports").iterdir()} == FILES
    stale = sorted(
        name
        for name in FILES
        if (tmp_path / name).read_bytes() != (ROOT / "exports" / name).read_bytes()
    )
    assert stale == [], "run `kg build` and commit exports/"
