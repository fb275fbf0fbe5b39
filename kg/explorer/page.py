"""One file that needs nothing else: text put into HTML safely, and a policy that allows no more.

Data goes into <script type="application/json"> elements and is never run. Scripts and styles are
named in the page's Content-Security-Policy by their SHA-256 hash; everything else is refused:
requests, frames, forms, event attributes, scripts in the data.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.graph import Graph

_FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^import [^;]*? from "\./(\w+)\.js";\n', re.MULTILINE)
_NOT_IN_HTML = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def write_explorer(graph: Graph, path: Path) -> None:
    """Write the explorer page of `graph` as one HTML file, in one step.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    from kg.output import write_text

    write_text(path, to_html(graph))


def to_html(graph: Graph) -> str:
    """The explorer page of `graph` as text: the same for the same graph."""
    from kg.explorer.payload import title_of, to_payload
    from kg.layout import layout

    drawn, sentences = to_payload(graph, layout(graph))
    script = joined_script()
    style = _read("explorer.css")
    parts = {
        "policy": content_security_policy([script], [style]),
        "title": html.escape(without_surrogates(title_of(graph))),
        "style": style,
        "graph": json_for_html(drawn),
        "sentences": json_for_html(sentences),
        "script": script,
    }
    page = _read("explorer.html")
    return re.sub(r"\{(\w+)\}", lambda match: parts[match[1]], page)


def to_frame(graph: Graph, height: int = 640) -> str:
    """The page inside an <iframe>, `height` pixels high: what a notebook shows for a graph."""
    page = html.escape(to_html(graph), quote=True)
    return (
        f'<iframe srcdoc="{page}" title="Explorer of the graph" width="100%" height="{height}" '
        'style="border:1px solid #dfe4ea;border-radius:8px" allow="clipboard-write" '
        'sandbox="allow-scripts allow-downloads allow-popups '
        'allow-popups-to-escape-sandbox"></iframe>'
    )


def joined_script(first: str = "main") -> str:
    """The modules of a page as one script: `first` after everything that it imports.

    Each file is an ES module, so that it can be read and tested alone. Joined, they share one
    scope: imports and the word `export` fall away.
    """
    done: dict[str, str] = {}

    def add(name: str) -> None:
        text = _read(f"{name}.js")
        for needed in _IMPORT.findall(text):
            if needed not in done:
                add(needed)
        done[name] = re.sub(r"^export ", "", _IMPORT.sub("", text), flags=re.MULTILINE)

    add(first)
    return '"use strict";\n(() => {\n' + "\n".join(done.values()) + "})();\n"


def json_for_html(value: object) -> str:
    """JSON that can stand inside a <script> element whatever its strings hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _NOT_IN_HTML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def without_surrogates(text: str) -> str:
    """`text` with each half of a broken character replaced, so that it can be encoded."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def content_security_policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The policy under which just these scripts and styles run and nothing is loaded."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src", *map(_hash, scripts))),
            " ".join(("style-src", *map(_hash, styles))),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
