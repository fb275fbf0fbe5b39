"""Which language a summary is written in, by its script and its commonest words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from kg.model import Block, BlockKind
from kg.read.words import words

_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN = re.compile(r"[^\W\d_\x00-\u036f]")
_LEAST_HITS = 5
_SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean",
    "CYRILLIC": "Russian", "ARABIC": "Arabic", "DEVANAGARI": "Hindi", "HEBREW": "Hebrew",
    "THAI": "Thai",
}  # fmt: skip


def other_language(blocks: Sequence[Block]) -> str | None:
    """The name of the language of a text that is not English, or None.

    A text, titles aside, counts as English unless it gives a reason not to: a fifth of its
    letters are of another script, or it has more than twice as many of another language's stop
    words as of English ones (at least five, and one word in ten).
    """
    text = " ".join(block.text for block in blocks if block.kind is not BlockKind.HEADING)
    foreign = Counter(map(_script, _FOREIGN.findall(text)))
    script, count = max(
        foreign.items(), key=lambda kv: (bool(kv[0]), kv[1], kv[0]), default=("", 0)
    )
    if script and count > 0.2 * len(_LETTER.findall(text)):
        japanese = foreign["Japanese"] > 0.1 * count
        return "Japanese" if japanese and script == "Chinese" else script
    found = Counter(word for word in _WORD.findall(text) if word[0].islower())  # not in names
    hits = {
        code: sum(found[word] for word in stop & found.keys())
        for code, stop in words().languages.items()
    }
    best = max((code for code in hits if code != "en"), key=lambda code: (hits[code], code))
    if hits[best] >= _LEAST_HITS and hits[best] > max(2 * hits["en"], 0.1 * found.total()):
        return words().language_names[best]
    return None


def _script(character: str) -> str:
    """The name of the language that a letter's script points to, or "" for Latin and Greek."""
    name = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    return _SCRIPTS.get(name, "")
