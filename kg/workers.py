"""The processes that answer queries, as a pool: none of them can keep the others waiting."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from kg.errors import KgError
from kg.query_worker import DATA, END, ERROR, HEAD, READY

_SPOOL = 4 << 20  # bytes of an answer that stay in memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take.

    `seconds` on the clock; `answer` and `memory` in bytes; `wait` seconds for a free process;
    after `short` seconds a query counts as a long one, and one process is kept for short ones.
    """

    seconds: float = 30.0
    answer: int = 64 << 20
    memory: int = 2 << 30
    wait: float = 10.0
    short: float = 0.5


class RefusedError(KgError):
    """No answer, with the HTTP status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: what format it has, and its bytes from the beginning."""

    format: str
    body: IO[bytes]
    size: int


class Worker:
    """One process with the graph open."""

    def __init__(self, process: asyncio.subprocess.Process, about: Mapping[str, object]) -> None:
        self._process = process
        self._broken = False
        self.about = about

    @classmethod
    async def start(cls, path: Path, limits: Limits) -> Worker:
        """Start a process and wait until it has the graph open.

        Raises:
            KgError: it cannot open the graph.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "kg.query_worker", str(path), str(limits.answer),
            str(limits.memory), str(limits.seconds + 5),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            type_, payload = await _frame(process)
        except asyncio.IncompleteReadError:
            raise KgError("a query process ended while it opened the graph", str(path)) from None
        if type_ != READY:
            raise KgError(json.loads(payload)["message"])
        return cls(process, json.loads(payload))

    async def ask(self, request: Mapping[str, str]) -> Reply:
        """The answer to one request; the process is free again when it is complete.

        Raises:
            RefusedError: the query cannot be answered, or the process died of it.
        """
        body = cast(IO[bytes], SpooledTemporaryFile(max_size=_SPOOL))  # noqa: SIM115  # see Reply
        format_, size = "", 0
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
            while True:
                type_, payload = await _frame(self._process)
                if type_ == END:
                    body.seek(0)
                    return Reply(format_, body, size)
                if type_ == ERROR:
                    raise RefusedError(**json.loads(payload))
                if type_ == HEAD:
                    format_ = payload.decode()
                elif type_ == DATA:
                    body.write(payload)
                    size += len(payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            body.close()
            self._broken = True
            raise RefusedError(
                500, "the query was too much for its process: it is nested too deep, or needs "
                "more memory than it may have",
            ) from None  # fmt: skip
        except BaseException:
            body.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether the process still answers."""
        return not self._broken and self._process.returncode is None

    async def kill(self) -> None:
        """End the process, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


async def _frame(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    head = await process.stdout.readexactly(5)
    return head[:1], await process.stdout.readexactly(int.from_bytes(head[1:], "big"))


class Pool:
    """Some workers. A query that takes too long loses its process, and a new one is started."""

    def __init__(self, path: Path, size: int, limits: Limits) -> None:
        self._path = path
        self._size = size
        self._limits = limits
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._all: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._long = 0
        self._open = False
        self.about: Mapping[str, object] = {}

    async def start(self) -> None:
        """Start the workers.

        Raises:
            KgError: the graph cannot be opened.
        """
        self._open = True
        # The first one alone: it builds the store on disk that the others find.
        await self._add()
        await asyncio.gather(*(self._add() for _ in range(self._size - 1)))

    async def stop(self) -> None:
        """End all workers."""
        self._open = False
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in self._all))
        self._all.clear()

    async def ask(self, request: Mapping[str, str]) -> Reply:
        """The answer to a request.

        Raises:
            RefusedError: it took too long, was too large, was wrong, or no worker became free.
        """
        worker = await self._next()
        task = asyncio.ensure_future(worker.ask(request))
        try:
            return await self._within_limits(task)
        except BaseException:
            task.cancel()
            with suppress(asyncio.CancelledError, RefusedError):
                # What went wrong is on its way up already.
                (await task).body.close()
            raise
        finally:
            if task.cancelled() or not worker.alive:
                self._replace(worker)
            else:
                self._free.put_nowait(worker)

    async def _next(self) -> Worker:
        while True:
            try:
                worker = await asyncio.wait_for(self._free.get(), self._limits.wait)
            except TimeoutError:
                raise RefusedError(503, "busy with other queries: try again later") from None
            if worker.alive:
                return worker
            self._replace(worker)

    async def _within_limits(self, task: asyncio.Future[Reply]) -> Reply:
        limits = self._limits
        done, _ = await asyncio.wait({task}, timeout=min(limits.short, limits.seconds))
        if done:
            return task.result()
        if self._long >= max(1, self._size - 1):
            raise RefusedError(503, "busy with other long queries: try again later")
        self._long += 1
        try:
            done, _ = await asyncio.wait({task}, timeout=max(0.0, limits.seconds - limits.short))
        finally:
            self._long -= 1
        if done:
            return task.result()
        raise RefusedError(503, f"the query did not end within {limits.seconds:g} seconds")

    async def _add(self) -> None:
        worker = await Worker.start(self._path, self._limits)
        if not self._open:
            await worker.kill()
            return
        self.about = worker.about
        self._all.add(worker)
        self._free.put_nowait(worker)

    def _replace(self, worker: Worker) -> None:
        self._all.discard(worker)

        async def replace() -> None:
            await worker.kill()
            if self._open:
                await self._add()

        task = asyncio.ensure_future(replace())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
