"""Abbreviations that a summary explains: "Adaptive Instance Normalization (AdaIN)".

After A. S. Schwartz and M. A. Hearst (2003), "A simple algorithm for identifying abbreviation
definitions in biomedical text", with both orders ("AdaIN (Adaptive Instance Normalization)"),
"X, or Y" and "X, short for Y".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_NEAR = 8
"""Words that may stand between a long form and ", or SHORT"."""


class Abbreviation(NamedTuple):
    """A short form and what it stands for, as written."""

    short: str
    long: str


_SHORT = r"[A-Za-z][\w&+.-]{1,11}"
_BRACKET = re.compile(r"\(([^()]{2,80})\)")
_IS_SHORT = re.compile(rf"(?:{_SHORT})s?")
_OR = re.compile(
    rf",?\s+(?:or|short for|i\.e\.,?|a\.k\.a\.|aka|called)\s+({_SHORT})(?<=\w)(?=[\s,.;:)]|$)"
)
_SHORT_FOR = re.compile(
    rf"({_SHORT})\s*,?\s+(?:which\s+)?(?:short for|stands? for|standing for)\s+"
)


def extract_abbreviations(text: str) -> Iterator[Abbreviation]:
    """Every explained abbreviation of a sentence, in its order."""
    for bracket in _BRACKET.finditer(text):
        inside = re.split(r"[;,]", bracket.group(1))[0].strip()
        before = text[: bracket.start()].rstrip()
        if _IS_SHORT.fullmatch(inside) and _has_capital(inside):
            long = find_long(inside, before)
            if long:
                yield Abbreviation(inside, long)
        else:
            last = before.rsplit(None, 1)[-1].strip("\"'“”‘’,") if before else ""
            if (
                _IS_SHORT.fullmatch(last)
                and _has_capital(last)
                and find_long(last, inside) == inside
            ):
                yield Abbreviation(last, inside)
    for match in _SHORT_FOR.finditer(text):
        long = _long_behind(match.group(1), text[match.end() :])
        if long:
            yield Abbreviation(match.group(1), long)
    for match in _OR.finditer(text):
        short = match.group(1)
        if sum(c.isupper() for c in short) >= 2:
            long = _long_before(short, text[: match.start()])
            if long:
                yield Abbreviation(short, long)


def _long_before(short: str, text: str) -> str | None:
    """The nearest words before that `short` abbreviates: it may stand some words behind them."""
    words = re.sub(r"\([^()]*\)", "", text).split()
    for end in range(len(words), max(0, len(words) - _NEAR), -1):
        long = find_long(short, " ".join(words[:end]))
        if long and " " in long:
            return long
    return None


def _long_behind(short: str, text: str) -> str | None:
    """The words at the start of `text` that `short` abbreviates."""
    words = re.split(r"[,.;:()]", text, maxsplit=1)[0].split()
    for end in range(1, min(len(words), len(short) + 2) + 1):
        whole = " ".join(words[:end])
        if find_long(short, whole) == whole:
            return whole
    return None


def _has_capital(text: str) -> bool:
    return any(c.isupper() for c in text)


def find_long(short: str, text: str) -> str | None:
    """The words at the end of `text` that `short` abbreviates, or None.

    Every letter of the short form stands in the long one, in order, and the first at the start
    of a word; the long form has at most as many words as the short has letters, and two more.
    """
    short = short.removesuffix("s") if short[-1:] == "s" and short[:-1].isupper() else short
    letters = [c.lower() for c in short if c.isalnum()]
    words = text.split()
    limit = min(len(letters) + 2, len(letters) * 2)
    tail = " ".join(words[-limit:])
    at = len(tail) - 1
    for number in range(len(letters) - 1, -1, -1):
        while at >= 0 and (
            tail[at].lower() != letters[number]
            or (number == 0 and at > 0 and tail[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return None
        at -= 1
    if tail[at : at + 1] == "-":  # "supervised" of "self-supervised"
        at = tail.rfind(" ", 0, at)
    long = tail[at + 1 :].strip(" ,\"'“”‘’")
    if len(long) <= len(short) or short.lower() in long.lower().split():
        return None
    if any(mark in long for mark in "().;:"):
        return None
    return long
