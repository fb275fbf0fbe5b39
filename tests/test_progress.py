"""Progress: nothing without a terminal, nothing within the first second, a bar after it."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping

import pytest

from kg.progress import progress_bar

JOB = """
from kg.progress import progress_bar
with progress_bar(patience={patience}) as report:
    for i in range(4):
        report("reading", i, 4)
    report("parsing", 1, 0)
    import sys
    print("rich" in sys.modules)
"""


def on_terminal(patience: float, env: Mapping[str, str]) -> tuple[str, str]:
    """What a job prints on stdout (a pipe) and on stderr (a terminal)."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", JOB.format(patience=patience)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **env},
        encoding="utf-8",
        timeout=60,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # Linux answers EIO when the other end is closed
    os.close(ours)
    assert done.returncode == 0
    return done.stdout, shown.decode()


def test_nothing_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bar(patience=0) as report:
        assert report is None
    assert capfd.readouterr() == ("", "")


def test_a_short_job_shows_nothing_and_loads_nothing() -> None:
    assert on_terminal(60, {}) == ("False\n", "")


def test_a_long_job_shows_its_stage() -> None:
    out, shown = on_terminal(0, {})
    assert out == "True\n"
    assert "parsing" in shown
    assert "\x1b[3" in shown


def test_no_color_is_respected() -> None:
    _, shown = on_terminal(0, {"NO_COLOR": "1"})
    assert "parsing" in shown
    assert "\x1b[3" not in shown
