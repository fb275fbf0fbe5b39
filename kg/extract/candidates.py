"""Candidates: every phrase of a summary that could name a thing worth keeping.

Generous on purpose: a noun phrase gives all its sub-phrases, and what decides between them
comes later. On the annotated summaries they hold more than nine in ten of the things that
annotators kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kg.extract.words import Page, Sentence, Word
from kg.lexicon import Lexicon, normal

LONGEST = 6
"""Words in the longest candidate (an "of" phrase may have more)."""


class Mention(NamedTuple):
    """Words first..last (inclusive) of a sentence, and the label they give."""

    sentence: int
    first: int
    last: int
    label: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible thing: mentions of one normalised label, in the order of the text."""

    key: str
    mentions: tuple[Mention, ...]


_DIGIT = re.compile(r"\d")
_NOUNS = frozenset({"NOUN", "PROPN"})
_INSIDE = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "X", "SYM"})
_PARTICIPLES = frozenset({"VBG", "VBN"})
_STARTS = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "X", "VERB", "ADV"})
_MODIFIERS = frozenset({"compound", "amod", "nmod"})
_WORDS = frozenset({"VERB", "ADV", "ADP", "PART", "AUX"})
"""Parts of speech that the tagger gives to first halves of compounds: "skip connection"."""


@lru_cache(maxsize=1 << 14)
def is_name_like(text: str) -> bool:
    """Capitals or digits where an ordinary word has none: "AdaIN", "k3", "BERT"."""
    tail = text[1:]
    if tail != tail.lower():
        return True
    return _DIGIT.search(text) is not None and any(map(str.isalpha, text))


def _is_inside(words: tuple[Word, ...], i: int) -> bool:
    word = words[i]
    if word.text == "/":
        return 0 < i < len(words) - 1
    if word.pos in _INSIDE:
        return word.text[0].isalnum() or word.text[0] in "\\αβγδεζηθικλμνξοπρστυφχψω"
    if word.tag in _PARTICIPLES or is_name_like(word.text):
        return True
    if "-" in word.text and len(word.text) > 2:
        return True
    if word.pos in _WORDS and i + 1 < len(words) and words[i + 1].pos in _NOUNS:
        return word.dep in _MODIFIERS
    return (
        word.pos == "ADV"
        and word.lower.endswith("ly")
        and i + 1 < len(words)
        and (words[i + 1].tag in _PARTICIPLES or words[i + 1].pos == "ADJ")
    )


def _may_end(word: Word) -> bool:
    if word.pos in _NOUNS or word.tag == "VBG" or is_name_like(word.text):
        return word.text[0].isalnum()
    return word.pos in {"ADJ", "X", "NUM", "VERB"} and word.text[0].isupper()


def _may_start(word: Word) -> bool:
    return word.text[0].isalnum() and (word.pos in _STARTS or is_name_like(word.text))


def phrases(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """First and last word of every noun phrase and of each of its sub-phrases."""
    words = sentence.words
    runs: list[tuple[int, int]] = []
    start = None
    for i in range(len(words) + 1):
        if i < len(words) and _is_inside(words, i):
            start = i if start is None else start
        elif start is not None:
            runs.append((start, i))
            start = None
    for start, end in runs:
        for last in range(start, end):
            if _may_end(words[last]):
                for first in range(max(start, last - LONGEST + 1), last + 1):
                    if _may_start(words[first]):
                        yield first, last
    yield from _of_phrases(words, runs)


def _of_phrases(words: tuple[Word, ...], runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for (start, end), (next_start, next_end) in pairwise(runs):
        between = [w.lower for w in words[end:next_start]]
        if between in (["of"], ["of", "the"], ["of", "a"]) and _may_end(words[end - 1]):
            last = next_end - 1
            if _may_end(words[last]):
                for first in range(max(start, end - 3), end):
                    if _may_start(words[first]):
                        yield first, last


def _terms(page: Page, sentence: Sentence, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Terms of more than one word that the lexicon knows, whatever their parts of speech."""
    words = sentence.words
    for first in range(len(words) - 1):
        if (words[first].lower, words[first + 1].lower.removesuffix("s")) in lexicon.openings:
            for last in range(first + 1, min(first + LONGEST, len(words))):
                if words[last].text[0].isalnum() and lexicon.find(page.text(sentence, first, last)):
                    yield first, last


def extract_candidates(page: Page, lexicon: Lexicon) -> tuple[Candidate, ...]:
    """Candidates in the order of their first mention."""
    found: dict[str, list[Mention]] = {}
    for sentence in page.sentences:
        # The text of a link names what it links, whatever its parts of speech.
        links = ((first, last) for first, last, _ in page.linked_words(sentence))
        for first, last in dict.fromkeys(
            (*phrases(sentence), *_terms(page, sentence, lexicon), *links)
        ):
            label = page.text(sentence, first, last)
            key = normal(label)
            if len(key) > 1 or label.isupper():
                found.setdefault(key, []).append(Mention(sentence.index, first, last, label))
    return tuple(Candidate(key, tuple(mentions)) for key, mentions in found.items())
