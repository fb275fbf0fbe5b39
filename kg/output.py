"""Writing files so that a reader, and a run that fails half way, never see half a file."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; it takes the place of `path` when the block succeeds.

    The folder is made where it is missing. Where the block fails, or writes nothing to the
    temporary path, `path` stays as it was.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        yield temporary
        if temporary.exists():
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, newlines untouched, in one step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
