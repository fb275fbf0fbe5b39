"""What axe-core finds in the pages (the rules of WCAG 2.2 A and AA): nothing serious."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kg.graph import Graph
from kg.model import Kind
from tests.browser.conftest import Watched, needed

Watch = Callable[..., Watched]


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core; `npm install axe-core` brings it, AXE_CORE says where it is."""
    path = os.environ.get("AXE_CORE", "")
    found = needed(path if Path(path).is_file() else None, "AXE_CORE does not name axe.min.js")
    return Path(found).read_text(encoding="utf-8")


def _serious(page: Page, axe: str) -> list[tuple[str, str]]:
    page.wait_for_timeout(200)
    page.evaluate(axe)
    result: dict[str, Any] = page.evaluate(
        """() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
          "wcag22aa", "best-practice"], resultTypes: ["violations"] })"""
    )
    return [
        (violation["id"], node["html"][:160])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_explorer(watch: Watch, seed: Path, seed_graph: Graph, axe: str, scheme: str) -> None:
    loss = next(e for e in seed_graph.entities if e.kind is Kind.LOSS)
    paper = next(iter(seed_graph.papers))
    seen = watch(seed, color_scheme=scheme)
    for state in (
        "",
        f"#node={loss.id}",
        "#colour=topic&hide=Task&years=2016-2019",
        f"#path={loss.id},{paper.id}",
        "#view=table",
    ):
        assert _serious(seen.open(state), axe) == [], state
    page = seen.open()
    page.locator("#export-button").click()
    assert _serious(page, axe) == []
    page.keyboard.press("Escape")
    page.locator("#search").fill("loss")
    assert _serious(page, axe) == []
    page.locator("#search").fill("")
    page.locator("#help-button").click()
    assert _serious(page, axe) == []


def test_explorer_on_a_small_screen(watch: Watch, seed: Path, axe: str) -> None:
    page = watch(seed, viewport={"width": 360, "height": 740}, has_touch=True).open()
    assert _serious(page, axe) == []
    page.locator("#toggle-filters").click()
    assert _serious(page, axe) == []


def test_explorer_with_communities(watch: Watch, large: Path, axe: str) -> None:
    assert _serious(watch(large).open(), axe) == []


def test_simple_view(
    watch: Watch, simple: Callable[[str, Graph], Path], seed_graph: Graph, axe: str
) -> None:
    page = watch(simple("seed", seed_graph)).open()
    assert _serious(page, axe) == []
    page.locator("#find").fill(seed_graph.entities[0].name)
    page.locator("#find").press("Enter")
    assert _serious(page, axe) == []
