"""The console blocks of README.md: run their commands, and write down what they print.

    python -m tools.transcript      rewrites the outputs in README.md

tests/test_docs.py runs the same commands and compares.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"

_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def commands(text: str) -> Iterator[tuple[str, str]]:
    """(command, output) for each "$ command" line of the console blocks."""
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def newcomer(folder: Path) -> None:
    """Put into `folder` what a checkout holds after its first build."""
    for name in ("data", "exports"):
        shutil.copytree(ROOT / name, folder / name)


def output_of(command: str, folder: Path) -> str:
    """What a shell command prints in `folder`, with the kg of this Python on the path.

    Raises CalledProcessError where it fails, RuntimeError where it complains on stderr.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    done = subprocess.run(
        command,
        shell=True,
        check=True,
        cwd=folder,
        env={
            **inherited,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(folder / "cache"),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    if done.stderr:
        raise RuntimeError(f"{command}: {done.stderr}")
    return done.stdout


def refreshed(text: str, folder: Path) -> str:
    """`text` with the outputs that its commands have now."""

    def run(block: re.Match[str]) -> str:
        lines = re.findall(r"^\$ (.*)$", block[0], re.MULTILINE)
        return "".join(f"$ {command}\n{output_of(command, folder)}" for command in lines)

    return _BLOCK.sub(run, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        newcomer(Path(name))
        text = refreshed(README.read_text(encoding="utf-8"), Path(name))
    README.write_text(text, encoding="utf-8")
