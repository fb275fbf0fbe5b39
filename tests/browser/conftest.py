"""A browser for the tests of the pages, and a page that notes all that it should not do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from kg.explorer.page import write_explorer
from kg.graph import Graph
from kg.simple_view import write_simple_view
from tests.browser.graphs import literature
from tests.browser.hostile import hostile

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needed(thing: str | None, reason: str) -> str:
    """Skip where `thing` is missing; on CI fail instead, so that nothing is skipped unseen."""
    if thing:
        return thing
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Callable[..., Browser]:
    path = needed(shutil.which("chromium"), "chromium is not installed")

    def start(*flags: str) -> Browser:
        return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])

    return start


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    started = launch()
    yield started
    started.close()


@dataclass
class Watched:
    """A page, and what it asked the network for, wrote to the console or failed with."""

    page: Page
    file: Path
    noise: list[str] = field(default_factory=list)

    def open(self, address: str = "") -> Page:
        if self.page.url.split("#")[0] == self.file.as_uri():
            self.page.goto("about:blank")
        self.page.goto(self.file.as_uri() + address)
        self.page.locator("html[data-ready=yes]").wait_for(state="attached")
        return self.page


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """watch(file, **context options) -> Watched; fails at the end if the page made any noise."""
    contexts: list[BrowserContext] = []
    watched: list[Watched] = []

    def start(file: Path, in_browser: Browser | None = None, **options: Any) -> Watched:
        options = {
            "viewport": {"width": 1280, "height": 800},
            "reduced_motion": "reduce",
            "color_scheme": "light",
            **options,
        }
        context = (in_browser or browser).new_context(**options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        seen = Watched(context.new_page(), file)

        def asked(url: str) -> None:
            local = (file.as_uri(), "about:", "blob:")
            if not url.startswith(local):
                seen.noise.append(f"request {url[:200]}")

        seen.page.on("request", lambda request: asked(request.url))
        seen.page.on("console", lambda message: seen.noise.append(f"console {message.text}"))
        seen.page.on("pageerror", lambda error: seen.noise.append(f"error {error}"))
        seen.page.on("dialog", lambda dialog: seen.noise.append(f"dialog {dialog.message}"))
        watched.append(seen)
        return seen

    yield start
    for seen in watched:
        assert seen.noise == []
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Graph], Path]:
    """pages(name, graph) -> the explorer page of a graph, written once."""
    folder = tmp_path_factory.mktemp("pages")

    def written(name: str, graph: Graph) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            write_explorer(graph, path)
        return path

    return written


@pytest.fixture(scope="session")
def seed_graph() -> Graph:
    """As large as the graph of one long post."""
    return literature(600)


@pytest.fixture(scope="session")
def seed(pages: Callable[[str, Graph], Path], seed_graph: Graph) -> Path:
    return pages("seed", seed_graph)


@pytest.fixture(scope="session")
def large(pages: Callable[[str, Graph], Path]) -> Path:
    return pages("large", literature(10_000))


@pytest.fixture(scope="session")
def poisoned(pages: Callable[[str, Graph], Path]) -> Path:
    return pages("poisoned", hostile())


@pytest.fixture(scope="session")
def simple(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Graph], Path]:
    folder = tmp_path_factory.mktemp("simple")

    def written(name: str, graph: Graph) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            write_simple_view(graph, path)
        return path

    return written
