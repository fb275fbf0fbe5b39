"""Documents as sentences of words: the plain view of a parse that every extractor reads.

A spaCy token is not a word of ours: "image-to-image" is five tokens and one word here, so
that labels, patterns and distances count what a reader counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kg.annotate import Annotation
from kg.model import Block, BlockKind, Document, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


class Word(NamedTuple):
    """One word. `head` is an index into the sentence; start and end count in Block.text."""

    text: str
    lower: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words in order. `block` and `index` count in the document, `place` in the block."""

    block: int
    index: int
    place: int
    words: tuple[Word, ...]

    @property
    def span(self) -> Span:
        """Where the sentence stands in the text of its block."""
        return Span(self.words[0].start, self.words[-1].end)


@dataclass(frozen=True)
class Page:
    """A document with its sentences."""

    document: Document
    sentences: tuple[Sentence, ...]

    @cached_property
    def title_sentences(self) -> int:
        """How many sentences at the front are the paper's own heading."""
        blocks = self.document.blocks
        if not blocks or blocks[0].kind is not BlockKind.HEADING:
            return 0
        return sum(1 for s in self.sentences if s.block == 0)

    def block_of(self, sentence: Sentence) -> Block:
        """The block that a sentence stands in."""
        return self.document.blocks[sentence.block]

    def text(self, sentence: Sentence, first: int, last: int) -> str:
        """The words first..last (inclusive) as they stand, runs of white space made one."""
        words = sentence.words
        return " ".join(
            self.document.blocks[sentence.block].text[words[first].start : words[last].end].split()
        )


def to_page(annotation: Annotation) -> Page:
    """The sentences of a document, blocks in order; white-space tokens are dropped."""
    sentences: list[Sentence] = []
    for block, doc in enumerate(annotation.docs):
        for place, words in enumerate(_sentences_of(doc)):
            sentences.append(Sentence(block, len(sentences), place, words))
    return Page(annotation.document, tuple(sentences))


def _sentences_of(doc: Doc) -> list[tuple[Word, ...]]:
    found: list[tuple[Word, ...]] = []
    for sent in doc.sents:
        tokens = [t for t in sent if not t.is_space]
        groups = _joined_by_hyphens(tokens)
        word_of = {i: w for w, group in enumerate(groups) for i in group}
        words = []
        for w, group in enumerate(groups):
            last = tokens[group[-1]]
            # The token of the group that hangs outside it speaks for the whole.
            members = {tokens[i].i for i in group}
            root = next((tokens[i] for i in group if tokens[i].head.i not in members), last)
            start, end = tokens[group[0]].idx, last.idx + len(last)
            text = doc.text[start:end]
            lower = text.lower()
            lemma = last.lemma_.lower() if len(group) == 1 else lower
            head_token = root.head.i
            head = word_of.get(_position(tokens, head_token), w)
            words.append(
                Word(text, lower, lemma, last.pos_, last.tag_, root.dep_, head, start, end)
            )
        if words:
            found.append(tuple(words))
    return found


def _position(tokens: list[Token], index: int) -> int:
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high) // 2
        if tokens[middle].i < index:
            low = middle + 1
        else:
            high = middle
    return low


_HYPHENS = frozenset("-‐‑–")


def _joined_by_hyphens(tokens: list[Token]) -> list[list[int]]:
    groups: list[list[int]] = []
    for i, token in enumerate(tokens):
        if groups:
            before = tokens[i - 1]
            touches = before.idx + len(before) == token.idx
            hyphen_before = before.text in _HYPHENS and len(groups[-1]) > 1
            if touches and (token.text in _HYPHENS or hyphen_before):
                follows = tokens[i + 1] if i + 1 < len(tokens) else None
                inside = follows is not None and token.idx + len(token) == follows.idx
                if token.text not in _HYPHENS or (inside and follows.text[0].isalnum()):
                    groups[-1].append(i)
                    continue
        groups.append([i])
    return groups
