"""Documents as sentences of words: the plain view of a parse that every extractor reads.

A spaCy token is not a word of ours: "image-to-image" is five tokens and one word here, so
that labels, patterns and distances count what a reader counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kg.annotate import Annotation
from kg.model import Block, BlockKind, Document, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc


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

    @cached_property
    def leads(self) -> Mapping[int, Sentence]:
        """For each list item (number of its block) the sentence that its list stands under.

        That is the last one of the item above, or of the paragraph before: "Baselines:", "They
        evaluate on".
        """
        last = {s.block: s for s in self.sentences}
        above: dict[int, int] = {}
        leads: dict[int, Sentence] = {}
        section: tuple[str, ...] = ()
        for number, block in enumerate(self.document.blocks):
            if block.kind is BlockKind.HEADING or block.section != section:
                above.clear()
                section = block.section
            if block.kind is BlockKind.HEADING:
                continue
            depth = block.depth if block.kind is BlockKind.ITEM else 0
            over = next((above[d] for d in range(depth - 1, -1, -1) if d in above), None)
            if over is not None and over in last:
                leads[number] = last[over]
            above = {d: n for d, n in above.items() if d < depth} | {depth: number}
        return leads

    def block_of(self, sentence: Sentence) -> Block:
        """The block that a sentence stands in."""
        return self.document.blocks[sentence.block]

    def sentence_text(self, sentence: Sentence) -> str:
        """The sentence as it stands in its block."""
        span = sentence.span
        return self.block_of(sentence).text[span.start : span.end]

    def linked_words(self, sentence: Sentence) -> Iterator[tuple[int, int, str]]:
        """First and last word inside each link of a sentence, and the link's target."""
        for link in self.block_of(sentence).links:
            inside = [
                i
                for i, word in enumerate(sentence.words)
                if link.span.start <= word.start and word.end <= link.span.end
            ]
            if inside:
                yield inside[0], inside[-1], link.target

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


_ATTRIBUTES = ("IDX", "LENGTH", "POS", "TAG", "DEP", "LEMMA", "HEAD", "SENT_START", "IS_SPACE")


class _Token(NamedTuple):
    """What is needed of a spaCy token, read from arrays: its own attributes are slow."""

    text: str
    start: int
    end: int
    pos: str
    tag: str
    dep: str
    lemma: str
    head: int


def _sentences_of(doc: Doc) -> Iterator[tuple[Word, ...]]:
    tokens: list[_Token | None] = []
    starts = []
    strings = doc.vocab.strings
    text = doc.text
    rows = doc.to_array(list(_ATTRIBUTES)).tolist()
    for i, (start, length, pos, tag, dep, lemma, head, sent_start, is_space) in enumerate(rows):
        if sent_start == 1 or i == 0:
            starts.append(i)
        if is_space:
            tokens.append(None)
            continue
        # Heads are given relative to their token, as unsigned numbers.
        offset = head - (1 << 64) if head >= 1 << 63 else head
        end = start + length
        tokens.append(
            _Token(
                text[start:end],
                start,
                end,
                strings[pos],
                strings[tag],
                strings[dep],
                strings[lemma],
                i + offset,
            )
        )
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        present = [i for i in range(start, end) if tokens[i] is not None]
        if present:
            yield _words(text, {i: t for i in present if (t := tokens[i])}, present)


def _words(text: str, tokens: Mapping[int, _Token], order: Sequence[int]) -> tuple[Word, ...]:
    groups = _joined_by_hyphens([tokens[i] for i in order])
    word_of = {order[i]: w for w, group in enumerate(groups) for i in group}
    words = []
    for w, group in enumerate(groups):
        members = [order[i] for i in group]
        last = tokens[members[-1]]
        # The token of the group that hangs outside it speaks for the whole.
        root = next((t for i in members if (t := tokens[i]).head not in members), last)
        start = tokens[members[0]].start
        whole = text[start : last.end]
        lower = whole.lower()
        lemma = last.lemma.lower() if len(members) == 1 else lower
        head = word_of.get(root.head, w)
        words.append(Word(whole, lower, lemma, last.pos, last.tag, root.dep, head, start, last.end))
    return tuple(words)


_HYPHENS = frozenset("-‐‑–")
_SUFFIXES = frozenset(
    ["based", "driven", "guided", "style", "like", "inspired", "powered", "free", "aided"]
)
"""Second halves of compounds whose first half may be a thing: "GRU-based" is built on a GRU."""


def _joined_by_hyphens(tokens: Sequence[_Token]) -> list[list[int]]:
    """Places of the tokens, those together that hyphens join without white space.

    "GRU-based" is two words, "GRU" and "-based".
    """
    groups: list[list[int]] = []
    for i, token in enumerate(tokens):
        if groups and groups[-1][-1] >= i:
            continue
        if i and tokens[i - 1].end == token.start:
            after_hyphen = tokens[i - 1].text in _HYPHENS and len(groups[-1]) > 1
            if token.text in _HYPHENS:
                follows = tokens[i + 1] if i + 1 < len(tokens) else None
                if follows and token.end == follows.start and follows.text[0].isalnum():
                    if follows.text.lower() in _SUFFIXES:
                        groups.append([i, i + 1])
                    else:
                        groups[-1].append(i)
                    continue
            elif after_hyphen:
                groups[-1].append(i)
                continue
        groups.append([i])
    return groups
