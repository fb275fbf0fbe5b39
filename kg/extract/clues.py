"""Clues: words beside a mention that speak for a relation, from data/patterns/clues.tsv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from kg.extract.candidates import Candidate, Mention
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

    `gate` finds the places where `before` can begin, by its first group of words: only there it
    need be tried.
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
            name,
            Relation(relation),
            _compiled(_gate(before)),
            _compiled(before),
            _compiled(after.removeprefix("^")),
        )
        for name, relation, before, after in read_patterns("clues")
    )


def _gate(pattern: str) -> str:
    """What looks ahead for the first word or group of words of a pattern, or nothing without."""
    word = _FIRST_WORD.match(pattern)
    if word:
        return f"(?={word.group()})"
    if not pattern.startswith(r"\b("):
        return ""
    depth = 0
    for i, letter in enumerate(pattern):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return f"(?={pattern[: i + 1]})"
    return ""


_FIRST_WORD = re.compile(r"\\b[a-z]+(?=[a-z][?*{]|[^a-z?*+{])")


def _compiled(pattern: str) -> re.Pattern[str] | None:
    return compile_clue(pattern) if pattern else None


def compile_clue(pattern: str) -> re.Pattern[str]:
    """A pattern of a data file, for text in small letters, with ADJ and LIST spelled out."""
    return re.compile(pattern.replace("ADJ", _ADJECTIVES).replace("LIST", _LIST))


def small(text: str) -> str:
    """The text in small letters, each in its place.

    Patterns for one case are several times as fast as those for any case.
    """
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(map(_small_letter, text))


def _small_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else letter


def mention_clues(page: Page, mention: Mention) -> tuple[int, ...]:
    """Numbers (in the order of the file) of the clues that hold beside a mention."""
    sentence = page.sentences[mention.sentence]
    origin = sentence.span.start
    start = sentence.words[mention.first].start - origin
    return extract_clues(
        small(page.sentence_text(sentence)), start, sentence.words[mention.last].end - origin
    )


@lru_cache(maxsize=_REMEMBERED)
def extract_clues(sentence: str, start: int, end: int) -> tuple[int, ...]:
    """Numbers of the clues beside the words sentence[start:end] of a sentence in small letters."""
    low, high = max(0, start - _REACH), min(len(sentence), end + _REACH)
    clues = read_clues()
    front = sentence[low:start]
    found = [n for n in _ungated(False) if _holds(clues[n], front, sentence, end, high)]
    for number, openings in _openings(sentence):
        if openings[0] >= start:
            continue
        _, _, _, before, after = clues[number]
        if after and not after.match(sentence, end, high):
            continue
        for at in openings:
            if low <= at < start and before and before.match(sentence, at, start):
                found.append(number)
                break
    if _any_after().match(sentence, end, high):
        found += [n for n in _ungated(True) if _holds(clues[n], front, sentence, end, high)]
    return tuple(sorted(found))


def _holds(clue: Clue, front: str, sentence: str, end: int, high: int) -> bool:
    if clue.after and not clue.after.match(sentence, end, high):
        return False
    return clue.before is None or clue.before.search(front) is not None


@lru_cache(maxsize=_REMEMBERED)
def _openings(sentence: str) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The clues with a gate that some mention here could have, and where each could begin."""
    found = []
    for number, clue in enumerate(read_clues()):
        if clue.gate is not None:
            openings = tuple([match.start() for match in clue.gate.finditer(sentence)])
            if openings:
                found.append((number, openings))
    return tuple(found)


@cache
def _ungated(by_what_follows: bool) -> tuple[int, ...]:
    """Numbers of the clues without gate: those that ask for words behind a mention, or not."""
    return tuple(
        number
        for number, clue in enumerate(read_clues())
        if clue.gate is None and (clue.after is not None) is by_what_follows
    )


@cache
def _any_after() -> re.Pattern[str]:
    """What stands behind a mention that has some clue without gate."""
    afters = [a.pattern for n in _ungated(True) if (a := read_clues()[n].after)]
    return re.compile("|".join(f"(?:{a})" for a in afters))


def clue_hits(page: Page, candidates: Sequence[Candidate]) -> list[dict[int, int]]:
    """For each candidate, how many of its mentions have which clue."""
    hits: list[dict[int, int]] = []
    for candidate in candidates:
        counts: dict[int, int] = {}
        for mention in candidate.mentions:
            for number in mention_clues(page, mention):
                counts[number] = counts.get(number, 0) + 1
        hits.append(counts)
    return hits
