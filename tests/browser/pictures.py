"""Takes the pictures of docs/images from a page, to be looked at before they are committed.

python -m tests.browser.pictures exports/graph.html [docs/images]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from kg.explorer.page import write_explorer
from tests.browser.conftest import FLAGS
from tests.browser.graphs import literature

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True,
         "device_scale_factor": 2}  # fmt: skip


def shoot(browser: Browser, file: Path, to: Path, address: str = "", **options: Any) -> None:
    context = browser.new_context(reduced_motion="reduce", **{**DESK, **options})
    page: Page = context.new_page()
    page.goto(file.resolve().as_uri() + address)
    page.locator("html[data-ready=yes]").wait_for(state="attached")
    page.wait_for_timeout(500)
    page.screenshot(path=to)
    context.close()
    print(to)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/images"))
    parser.add_argument("--node", default="paper/arxiv-1912.01865")
    parser.add_argument("--path", default="method/efficientdet,paper/arxiv-1912.01865")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    file, folder = options.page, options.folder
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        large = Path(name) / "large.html"
        write_explorer(literature(10_000), large)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        shoot(browser, file, folder / "explorer.png")
        shoot(browser, file, folder / "details.png", f"#node={options.node}")
        shoot(browser, file, folder / "path.png", f"#path={options.path}")
        shoot(browser, file, folder / "dark.png", "#colour=topic", color_scheme="dark")
        shoot(browser, file, folder / "phone.png", f"#node={options.node}", **PHONE)
        shoot(browser, large, folder / "communities.png")
        browser.close()


if __name__ == "__main__":
    main()
