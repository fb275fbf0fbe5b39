"""Progress of a long job on stderr: only on a terminal, and only after it has lasted a second."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Report = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is (0: unknown)."""

PATIENCE = 1.0
"""Seconds without a bar."""


@contextmanager
def progress_bar(patience: float = PATIENCE) -> Iterator[Report | None]:
    """A function that reports progress, or None where nobody would see it.

    Colours follow NO_COLOR and TERM, as rich does.
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(patience)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """A rich progress bar that is made when it is first due."""

    def __init__(self, patience: float) -> None:
        self._due = time.monotonic() + patience
        self._progress: Progress | None = None
        self._stage: tuple[str, TaskID] | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._progress is None:
            if time.monotonic() < self._due:
                return
            self._progress = _start()
        if self._stage is None or self._stage[0] != stage:
            if self._stage is not None:
                self._progress.remove_task(self._stage[1])
            self._stage = stage, self._progress.add_task(stage)
        self._progress.update(self._stage[1], completed=done, total=total or None)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _start() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # what a command prints is for the next program, not for the bar
    )
    progress.start()
    return progress
