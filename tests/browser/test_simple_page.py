"""The simple view in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from kg.graph import Graph
from kg.model import Kind
from tests.browser.conftest import Watched
from tests.browser.graphs import literature
from tests.browser.hostile import hostile

Watch = Callable[..., Watched]
Simple = Callable[[str, Graph], Path]

COLOURS = """(canvas) => {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  const seen = new Map();
  for (let k = 0; k < data.length; k += 4) {
    const key = data.slice(k, k + 3).join();
    seen.set(key, (seen.get(key) ?? 0) + (data[k + 3] > 200));
  }
  return Object.fromEntries([...seen].filter(([, count]) => count > 40));
}"""


def test_it_opens_readable_and_asks_for_nothing(
    watch: Watch, simple: Simple, seed_graph: Graph
) -> None:
    page = watch(simple("seed", seed_graph)).open()
    expect(page.locator("h1")).to_have_text("Literature graph")
    expect(page.locator("#legend li")).to_have_count(len(Kind))
    count = sum(e.kind is Kind.LOSS for e in seed_graph.entities)
    expect(page.locator("#legend li", has_text="Losses")).to_contain_text(str(count))
    page.wait_for_timeout(300)
    colours = page.locator("#network canvas").evaluate(COLOURS)
    for colour in ("0,114,178", "230,159,0", "86,180,233"):
        assert colours[colour] > 100
    page.evaluate("document.querySelector('#network').getBoundingClientRect()")


def test_find_shows_the_details_with_sentences(
    watch: Watch, simple: Simple, seed_graph: Graph
) -> None:
    assertion = seed_graph.assertions[-1]
    paper = seed_graph.by_id[assertion.subject]
    page = watch(simple("seed", seed_graph)).open()
    page.locator("#find").fill(paper.name)
    page.locator("#find").press("Enter")
    details = page.locator("#details")
    expect(details.locator("h2")).to_have_text(paper.name)
    expect(details).to_contain_text(assertion.evidence[0].quote)
    expect(details.locator("mark").first).to_be_visible()
    link = details.get_by_role("link", name="Read the paper")
    assert (link.get_attribute("href") or "").startswith("https://arxiv.org/abs/")
    other = seed_graph.by_id[assertion.object].name
    details.get_by_role("button", name=other, exact=True).first.click()
    expect(details.locator("h2")).to_have_text(other)
    details.get_by_role("button", name="Close details").click()
    expect(details).to_be_hidden()


def test_a_click_on_the_map_shows_details(watch: Watch, simple: Simple, seed_graph: Graph) -> None:
    page = watch(simple("seed", seed_graph)).open()
    page.locator("#find").fill(seed_graph.entities[0].name)
    page.locator("#find").press("Enter")
    page.locator("#details .close").click()
    page.wait_for_timeout(200)
    box = page.locator("#network").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#details h2")).to_have_text(seed_graph.entities[0].name)


def test_a_cut_graph_says_so(watch: Watch, simple: Simple) -> None:
    page = watch(simple("cut", literature(2100))).open()
    expect(page.locator("#cut")).to_have_text(
        re.compile(r"The 2000 most connected of 21\d\d nodes are shown\.")
    )


def test_hostile_strings_stay_inert(watch: Watch, simple: Simple) -> None:
    graph = hostile()
    page = watch(simple("hostile", graph)).open()
    for entity in graph.entities:
        page.locator("#find").fill(entity.name.replace("\n", " "))
        page.locator("#find").press("Enter")
        for link in page.locator("#details a").all():
            assert re.match("https?://", link.get_attribute("href") or "")
    box = page.locator("#network").bounding_box()
    assert box
    for step in range(12):
        page.mouse.move(box["x"] + 100 * step, box["y"] + 50 * step)
        page.mouse.click(box["x"] + 100 * step, box["y"] + 50 * step)
    assert page.locator("html").get_attribute("data-pwned") is None
    assert page.locator("img, iframe, object, embed").count() == 0
