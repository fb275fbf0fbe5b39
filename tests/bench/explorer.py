"""How soon and how fluently pages show graphs of growing size, side by side in one run.

    python -m tests.bench.explorer [--sizes 600 10000 50000] [--limit 60] [--sigma FOLDER]

For each size: seconds to lay out and write, megabytes of the page, seconds from opening the file
to the first picture, frames a second while dragging and while turning the wheel. Pages: the
explorer as it opens; the explorer with every node drawn; pyvis as it comes (physics on); pyvis
with positions given. FOLDER is where `npm install sigma graphology` put node_modules.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from threading import Timer
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from kg.explorer.page import write_explorer
from kg.graph import Graph
from kg.layout import layout
from kg.simple_view import to_pyvis
from tests.browser.conftest import FLAGS
from tests.browser.graphs import literature

# Notes when any canvas of the page first shows more than one colour, seen in a thumbnail.
FIRST_PICTURE = """
(() => {
  const small = new OffscreenCanvas(96, 64).getContext("2d", { willReadFrequently: true });
  const look = () => {
    for (const canvas of document.querySelectorAll("canvas")) {
      if (!canvas.width || !canvas.height) continue;
      small.clearRect(0, 0, 96, 64);
      small.drawImage(canvas, 0, 0, 96, 64);
      const data = new Uint32Array(small.getImageData(0, 0, 96, 64).data.buffer);
      if (new Set(data).size > 6) {
        requestAnimationFrame((now) => { window.firstPicture = now; });
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  window.countFrames = () => {
    const run = window.run = {};
    window.frames_ = 0;
    window.since = performance.now();
    const count = () => {
      if (run !== window.run) return;
      window.frames_++;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  };
})();
"""


@dataclass
class Figures:
    page: str
    nodes: int
    edges: int
    write: float
    megabytes: float
    first: float | None = None
    pan: float | None = None
    zoom: float | None = None

    def row(self) -> str:
        cells = [
            f"{self.page:28}",
            f"{self.nodes:>7}",
            f"{self.edges:>8}",
            f"{self.write:>8.2f}",
            f"{self.megabytes:>7.2f}",
            f"{'-' if self.first is None else format(self.first, '.2f'):>9}",
            f"{'-' if self.pan is None else format(self.pan, '.0f'):>6}",
            f"{'-' if self.zoom is None else format(self.zoom, '.0f'):>6}",
        ]
        return " ".join(cells)


HEAD = (
    f"{'page':28} {'nodes':>7} {'edges':>8} {'write s':>8} {'MB':>7} {'picture s':>9} "
    f"{'pan/s':>6} {'zoom/s':>6}"
)


def explorer_pages(graph: Graph, folder: Path) -> Iterator[tuple[str, Path, str, float]]:
    path = folder / "explorer.html"
    start = time.perf_counter()
    write_explorer(graph, path)
    took = time.perf_counter() - start
    yield "explorer", path, "", took
    placed = layout(graph)
    every = ",".join(map(str, range(len(placed.reach))))
    yield "explorer, all nodes", path, f"#generic=1&single=1&open={every}", took


def pyvis_pages(graph: Graph, folder: Path) -> Iterator[tuple[str, Path, str, float]]:
    from pyvis.network import Network

    for name, given in (("pyvis, positions given", True), ("pyvis", False)):
        start = time.perf_counter()
        network = Network(directed=True, cdn_resources="in_line", height="800px")
        if given:
            network = to_pyvis(graph)
        else:
            # As add_node and add_edge would, without their search through all nodes.
            for e in graph.entities:
                node = {"id": e.id, "label": e.name, "shape": "dot", "color": "#97c2fc"}
                network.nodes.append(node)
                network.node_ids.append(e.id)
            network.edges += [
                {"from": a.subject, "to": a.object, "arrows": "to"} for a in graph.assertions
            ]
        path = folder / f"pyvis-{given}.html"
        path.write_text(network.generate_html(), encoding="utf-8")
        yield name, path, "", time.perf_counter() - start


def sigma_pages(
    graph: Graph, folder: Path, modules: Path
) -> Iterator[tuple[str, Path, str, float]]:
    start = time.perf_counter()
    placed = layout(graph)
    nodes = [
        [e.id, e.name, x, -y]
        for e, (x, y) in zip(graph.entities, placed.positions.tolist(), strict=True)
    ]
    edges = [[a.subject, a.object] for a in graph.assertions]
    scripts = [
        (modules / "node_modules" / name).read_text(encoding="utf-8")
        for name in ("graphology/dist/graphology.umd.min.js", "sigma/dist/sigma.min.js")
    ]
    program = f"""
      const graph = new graphology.MultiDirectedGraph();
      for (const [id, label, x, y] of {json.dumps(nodes)})
        graph.addNode(id, {{ label, x, y, size: 3, color: "#0072B2" }});
      for (const [s, o] of {json.dumps(edges)}) graph.addEdge(s, o);
      new Sigma(graph, document.getElementById("map"));
    """
    body = "".join(f"<script>{text}</script>" for text in [*scripts, program])
    path = folder / "sigma.html"
    path.write_text(
        "<!doctype html><meta charset=utf-8><style>body{margin:0}#map{height:800px}</style>"
        f"<div id=map></div>{body}",
        encoding="utf-8",
    )
    yield "sigma.js", path, "", time.perf_counter() - start


def measure(browser: Browser, path: Path, address: str, figures: Figures, limit: float) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(FIRST_PICTURE)
    # pyvis asks for Bootstrap from a server that is not there.
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.set_default_timeout(limit * 1000)
    try:
        page.goto(path.as_uri() + address, wait_until="commit")
        figures.first = _first_picture(page, limit)
        if figures.first is None:
            return
        page.wait_for_timeout(1200)
        figures.pan = _frames(page, _drag)
        figures.zoom = _frames(page, _turn)
    except Error:
        return  # it does not answer within the limit


def _pid(browser: Browser) -> int:
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    return next(int(p["id"]) for p in told["processInfo"] if p["type"] == "browser")


def _first_picture(page: Page, limit: float) -> float | None:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        seen: Any = page.evaluate("window.firstPicture ?? null")
        if seen is not None:
            return float(seen) / 1000
        time.sleep(0.05)
    return None


def _frames(page: Page, move: Any) -> float:
    page.evaluate("countFrames()")
    end = time.monotonic() + 2.5
    step = 0
    while time.monotonic() < end:
        move(page, step)
        step += 1
    frames, milliseconds = page.evaluate("[window.frames_, performance.now() - window.since]")
    page.mouse.up()
    page.wait_for_timeout(400)
    return 1000 * float(frames) / float(milliseconds)


def _drag(page: Page, step: int) -> None:
    if step == 0:
        page.mouse.move(760, 400)
        page.mouse.down()
    turn = step % 80
    page.mouse.move(760 + 3 * min(turn, 80 - turn), 400 + 2 * min(turn, 80 - turn))


def _turn(page: Page, step: int) -> None:
    if step == 0:
        page.mouse.move(760, 400)
    page.mouse.wheel(0, -40 if step % 40 < 20 else 40)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[600, 10_000, 50_000])
    parser.add_argument("--limit", type=float, default=60, help="seconds to wait for a picture")
    parser.add_argument("--sigma", type=Path, help="folder with node_modules of sigma, graphology")
    parser.add_argument("--only-explorer", action="store_true")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is not installed")
    print(HEAD)
    with sync_playwright() as playwright:
        for size in options.sizes:
            graph = literature(size)
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                pages = list(explorer_pages(graph, folder))
                if not options.only_explorer:
                    pages += pyvis_pages(graph, folder)
                    if options.sigma:
                        pages += sigma_pages(graph, folder, options.sigma)
                for label, path, address, took in pages:
                    figures = Figures(
                        label,
                        len(graph.entities),
                        len(graph.assertions),
                        took,
                        path.stat().st_size / 1e6,
                    )
                    # A browser of its own for each page: a stuck one must not slow the next.
                    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                    # A page whose script does not rest answers nothing: its browser is ended.
                    guard = Timer(1.5 * options.limit + 20, os.kill, (_pid(browser), SIGKILL))
                    guard.start()
                    measure(browser, path, address, figures, options.limit)
                    guard.cancel()
                    browser.close()
                    print(figures.row(), flush=True)


if __name__ == "__main__":
    main()
