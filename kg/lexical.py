"""The lexical units of SPARQL, for what has to be known of a query before an engine parses it."""

import re
from collections.abc import Iterator

_LEXICAL = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<text>\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<pname>[^\W\d_][\w.-]*:(?:[\w.:%-]|\\.)*|:(?:[\w.:%-]|\\.)*|_:[\w.-]+)
    | (?P<word>[^\W\d_]\w*)
    | (?P<open>[({])
    | (?P<close>[)}])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def words(text: str) -> Iterator[tuple[str, str]]:
    """(kind, word) for every lexical unit; joined, the words are the text again."""
    for match in _LEXICAL.finditer(text):
        assert match.lastgroup is not None  # every branch has a name
        yield match.lastgroup, match[0]


def unescaped(text: str) -> str:
    r"""The query with its codepoint escapes (\u0053) replaced, however often they are nested."""
    while (replaced := _ESCAPE.sub(_character, text)) != text:
        text = replaced
    return text


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"
