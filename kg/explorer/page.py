"""One file that needs nothing else: text put into HTML safely, and a policy that allows no more.

Data goes into <script type="application/json"> elements and is never run. Scripts and styles are
named in the page's Content-Security-Policy by their SHA-256 hash; everything else is refused:
requests, frames, forms, event attributes, scripts in the data.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable

_NOT_IN_HTML = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


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
