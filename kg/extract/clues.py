"""Clues: words beside a mention that speak for a relation, from data/patterns/clues.tsv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from kg.extract.candidates import Mention
from kg.extract.patterns import read_patterns
from kg.extract.words import Page
from kg.model import Relation

# "a new end-to-end": words that may stand between a cue and the name that it announces.
_ADJECTIVES = r"(?:[\w'-]+\s+){0,4}?"
# "an L2 loss, a discriminator loss, and a": what an enumeration has named so far.
_LIST = (
    r"(?:(?:[\w'./+-]+\s+){0,5}[\w'./+-]+(?:\s*\([^)]*\))?\s*(?:,\s*(?:and|or)?|and|or|&)\s+){0,8}"
    r"(?:an?\s+|the\s+)?(?:[\w'-]+\s+){0,2}?"
)

_REACH = 160
"""Characters on either side of a mention that a clue looks at."""

_REMEMBERED = 1 << 14
"""Sentences and mentions whose clues are kept: scores and evidence ask for the same ones."""


class Clue(NamedTuple):
    """A named pattern that speaks for a relation.

    `gate` is the first group of words that `before` asks for: a sentence without them need
    not be looked at mention by mention.
    """

    name: str
    relation: Relation
    gate: re.Pattern[str] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None


@cache
def read_clues() -> tuple[Clue, ...]:
    """The clues in the order of their file."""
    return tuple(
        Clue(
            name, Relation(relation), _compiled(_gate(before)), _compiled(before), _compiled(after)
        )
        for name, relation, before, after in read_patterns("clues")
    )


def _gate(pattern: str) -> str:
    """The leading group of words of a pattern, or nothing where it does not begin with one."""
    if not pattern.startswith(r"\b("):
        return ""
    depth = 0
    for i, letter in enumerate(pattern):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return pattern[: i + 1]
    return ""


def _compiled(pattern: str) -> re.Pattern[str] | None:
    return compile_clue(pattern) if pattern else None


def compile_clue(pattern: str) -> re.Pattern[str]:
    """A pattern of a data file: any case, with ADJ and LIST spelled out."""
    full = pattern.replace("ADJ", _ADJECTIVES).replace("LIST", _LIST)
    return re.compile(full, re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED)
def possible_clues(sentence: str) -> tuple[int, ...]:
    """Numbers (in the order of the file) of the clues that some mention here could have."""
    return tuple(
        number
        for number, clue in enumerate(read_clues())
        if clue.gate is None or clue.gate.search(sentence)
    )


def extract_clues(before: str, after: str, possible: Iterable[int]) -> Iterator[int]:
    """Numbers of those of the `possible` clues that hold between these two texts."""
    before, after = before[-_REACH:], after[:_REACH]
    clues = read_clues()
    for number in possible:
        clue = clues[number]
        if clue.after and not clue.after.match(after):
            continue
        if clue.before and not clue.before.search(before):
            continue
        yield number


def mention_clues(page: Page, mention: Mention) -> tuple[int, ...]:
    """Numbers of the clues that hold beside a mention."""
    sentence = page.sentences[mention.sentence]
    origin = sentence.span.start
    start = sentence.words[mention.first].start - origin
    return _clues_beside(
        page.sentence_text(sentence), start, sentence.words[mention.last].end - origin
    )


@lru_cache(maxsize=_REMEMBERED)
def _clues_beside(sentence: str, start: int, end: int) -> tuple[int, ...]:
    return tuple(extract_clues(sentence[:start], sentence[end:], possible_clues(sentence)))
