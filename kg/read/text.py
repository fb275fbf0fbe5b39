"""Text without markup, built character by character with the place of each in the source."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg.model import Block, BlockKind, Link, Span
from kg.read.identifiers import trim_url

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")
_BARE_URL = re.compile(r"https?://[^\s<>\"]+", re.I)


@dataclass(frozen=True, slots=True)
class Passage:
    """A block as a format found it, before anyone knows which paper it belongs to.

    `block.section` is empty. `level` is 1-6 for a heading and 0 otherwise. `span` reaches over
    the markup. `items` are the list items around the block, outermost first, each named by the
    offset at which it starts.
    """

    block: Block
    span: Span
    level: int = 0
    items: tuple[int, ...] = ()


@dataclass(slots=True)
class TextBuilder:
    """Collects characters; any run of white space becomes one space at its first offset."""

    _text: list[str] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)
    _links: list[tuple[int, int, str]] = field(default_factory=list)
    _emphasis: list[tuple[int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._text)

    @property
    def ends_in_word(self) -> bool:
        """Whether the last character is a letter or a digit."""
        return bool(self._text) and self._text[-1].isalnum()

    def add(self, characters: str, offsets: Iterable[int]) -> None:
        """Append characters that stand at `offsets` in the source."""
        text = self._text
        for character, offset in zip(characters, offsets, strict=False):
            if character in _INVISIBLE:
                continue
            if character.isspace():
                if not text or text[-1] == " ":
                    continue
                character = " "
            text.append(character)
            self._offsets.append(offset)

    def link(self, start: int, target: str) -> None:
        """What was added since the builder held `start` characters is a link to `target`."""
        self._links.append((start, len(self._text), target))

    def emphasise(self, start: int) -> None:
        """What was added since the builder held `start` characters is emphasised."""
        self._emphasis.append((start, len(self._text)))

    def block(self, kind: BlockKind, depth: int = 0) -> Block | None:
        """The finished block, or None where no text was added."""
        text, offsets = "".join(self._text), self._offsets
        if text.endswith(" "):
            text, offsets = text[:-1], offsets[:-1]
        if not text:
            return None
        links = [
            Link(span, target)
            for start, end, target in self._links
            if (span := _trimmed(text, start, end)) is not None
        ]
        emphasis = [s for start, end in self._emphasis if (s := _trimmed(text, start, end))]
        links += _bare_urls(text, [link.span for link in links])
        return Block(
            kind=kind,
            text=text,
            offsets=tuple(offsets),
            depth=depth,
            links=tuple(sorted(links, key=lambda link: link.span)),
            emphasis=tuple(sorted(set(emphasis))),
        )


def cut(block: Block, start: int, end: int, kind: BlockKind | None = None) -> Block:
    """The part [start, end) of a block, with the links and emphasis that lie inside it."""
    return Block(
        kind=kind or block.kind,
        text=block.text[start:end],
        offsets=block.offsets[start:end],
        section=block.section,
        depth=block.depth,
        links=tuple(
            Link(moved, link.target)
            for link in block.links
            if (moved := _moved(link.span, start, end)) is not None
        ),
        emphasis=tuple(m for s in block.emphasis if (m := _moved(s, start, end)) is not None),
    )


def lines_of(block: Block, source_text: str) -> list[Span]:
    """The spans of a block's text that stand on one line of the source each."""
    spans, start = [], 0
    for i, character in enumerate(block.text):
        if character == " " and _breaks_line(source_text, block.offsets[i]):
            spans.append(Span(start, i))
            start = i + 1
    return [s for s in (*spans, Span(start, len(block.text))) if s.end > s.start]


def count_words(text: str) -> int:
    """How many words a text has, two characters counting as one where no spaces are written."""
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def span_of(block: Block) -> Span:
    """Where a block's text stands in the source, markup between its words included."""
    return Span(block.offsets[0], block.offsets[-1] + 1)


def _breaks_line(text: str, offset: int) -> bool:
    while offset < len(text) and text[offset] in " \t":
        offset += 1
    return offset < len(text) and text[offset] in "\r\n"


def _trimmed(text: str, start: int, end: int) -> Span | None:
    end = min(end, len(text))
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return Span(start, end) if end > start else None


def _moved(span: Span, start: int, end: int) -> Span | None:
    if span.start < start or span.end > end:
        return None
    return Span(span.start - start, span.end - start)


def _bare_urls(text: str, taken: Sequence[Span]) -> list[Link]:
    if "://" not in text:
        return []
    found = []
    for match in _BARE_URL.finditer(text):
        url = trim_url(match.group())
        span = Span(match.start(), match.start() + len(url))
        if not any(t.start < span.end and span.start < t.end for t in taken):
            found.append(Link(span, url))
    return found
