"""Real SPARQL servers for tests: each is started on loopback, on free ports, in a folder."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest


@dataclass(frozen=True)
class Running:
    """A server that runs: its three URLs, and the user that may write."""

    name: str
    query: str
    update: str
    store: str
    user: str | None = None
    password: str | None = None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def binary(name: str, package: str) -> str:
    """The path of a program; the test is skipped where it is missing, except in CI."""
    beside = Path(sys.executable).with_name(name)
    if found := shutil.which(name) or (str(beside) if beside.exists() else None):
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed ({package})")
    pytest.skip(f"{name} is not installed ({package})")


def _wait(process: subprocess.Popen, url: str, seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError), httpx.Client(trust_env=False) as client:
            client.get(url)
            return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@contextlib.contextmanager
def _process(command: list[str], folder: Path, url: str, seconds: float) -> Iterator[None]:
    log = folder / "out.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
    try:
        _wait(process, url, seconds, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def oxigraph(folder: Path) -> Iterator[Running]:
    """`oxigraph serve`, in memory, with the union of all graphs as default graph."""
    program = binary("oxigraph", "pip install oxigraph")
    base = f"http://127.0.0.1:{free_port()}"
    command = [program, "serve", "--bind", base.removeprefix("http://"), "--union-default-graph"]
    with _process(command, folder, base, 20):
        yield Running("oxigraph", f"{base}/query", f"{base}/update", f"{base}/store")


_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 100000
"""


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[Running]:
    """Virtuoso 7 with an empty database; its user dba may write, with Digest authentication."""
    program = binary("virtuoso-t", "apt-get install virtuoso-opensource")
    http = free_port()
    (folder / "virtuoso.ini").write_text(_INI.format(folder=folder, sql=free_port(), http=http))
    base = f"http://127.0.0.1:{http}"
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _process(command, folder, f"{base}/sparql", 120):
        yield Running(
            "virtuoso", f"{base}/sparql", f"{base}/sparql-auth", f"{base}/sparql-graph-crud-auth",
            "dba", "dba",
        )  # fmt: skip


SERVERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}
