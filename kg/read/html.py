"""HTML to a reading: headings, paragraphs, list items, quotes, cells and links.

A small reader over the standard library's tokenizer. Where a page has an <article> or <main>,
only what stands inside is read.
"""

import re
from html import unescape
from html.parser import HTMLParser

from kg.model import BlockKind, Reading, Source, Span
from kg.read.metadata import FrontMatter
from kg.read.structure import arrange
from kg.read.text import Passage, TextBuilder

_PAGE = re.compile(
    r"(?:\ufeff|\s|<!--.*?-->|<\?xml.*?\?>)*<(?:!doctype\s+html|html|head|body|article|main)\b",
    re.I | re.S,
)
_SKIPPED = frozenset(
    {"script", "style", "figure", "figcaption", "nav", "footer", "aside", "pre", "svg", "template",
     "noscript", "iframe", "form", "button", "select", "audio", "video", "object"}
)  # fmt: skip
_BLOCKS = frozenset(
    {"p", "div", "li", "td", "th", "tr", "table", "ul", "ol", "dl", "dt", "dd", "blockquote",
     "section", "article", "main", "header", "body", "html", "hr", "details", "summary", "center",
     "h1", "h2", "h3", "h4", "h5", "h6"}
)  # fmt: skip
_EMPHASIS = frozenset({"b", "strong", "em", "i", "code", "u", "mark"})
_HEADING = re.compile(r"h([1-6])")


def is_html(text: str) -> bool:
    """Whether a text is a page and not Markdown with some tags in it."""
    return _PAGE.match(text) is not None


def parse_html(source: Source) -> Reading:
    """The papers that a page holds, by the same rules as in Markdown."""
    reader = _Reader(source.text)
    reader.feed(source.text)
    reader.close()
    reader.end_block()
    inside = [passage for passage, is_inside in reader.passages if is_inside]
    passages = inside or [passage for passage, _ in reader.passages]
    # A page's <title> names the site too; a heading is the better title.
    title = None if any(p.level for p in passages) else reader.page_title
    return arrange(source, passages, FrontMatter(title=title))


class _Reader(HTMLParser):
    """Collects passages; every start or end of a block closes the one before it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.passages: list[tuple[Passage, bool]] = []
        self.page_title: str | None = None
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._builder = TextBuilder()
        self._from = 0
        self._open: list[str] = []
        self._items: list[int] = []
        self._links: list[tuple[int, str]] = []
        self._emphasis: list[int] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "title":
            self._in_title = True
        elif tag == "a":
            self._links.append((len(self._builder), dict(attrs).get("href") or ""))
        elif tag in _EMPHASIS:
            self._emphasis.append(len(self._builder))
        elif tag == "br":
            self._builder.add(" ", [self._offset()])
        if tag == "li":
            self._items.append(self._offset())
        if tag in _BLOCKS or tag in _SKIPPED:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "title":
            self._in_title = False
        elif tag == "a" and self._links:
            self._builder.link(*self._links.pop())
        elif tag in _EMPHASIS and self._emphasis:
            self._builder.emphasise(self._emphasis.pop())
        if tag in self._open:
            while self._open.pop() != tag:  # tags that were never closed end here
                pass
            while len(self._items) > self._open.count("li"):
                self._items.pop()

    def handle_data(self, data: str) -> None:
        start = self._offset()
        self._add(data, range(start, start + len(data)))

    def handle_entityref(self, name: str) -> None:
        self._add_reference(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._add_reference(f"&#{name};")

    def end_block(self) -> None:
        """Close the block that is open."""
        block = self._builder.block(self._kind(), depth=len(self._items))
        self._builder, self._links, self._emphasis = TextBuilder(), [], []
        if block is None:
            return
        level = 0
        if block.kind is BlockKind.HEADING:
            level = next(int(t[1]) for t in reversed(self._open) if _HEADING.fullmatch(t))
        span = Span(block.offsets[0], block.offsets[-1] + 1)
        is_inside = "article" in self._open or "main" in self._open
        self.passages.append((Passage(block, span, level, tuple(self._items)), is_inside))

    def _kind(self) -> BlockKind:
        for tag in reversed(self._open):
            if _HEADING.fullmatch(tag):
                return BlockKind.HEADING
            if tag in ("td", "th"):
                return BlockKind.CELL
            if tag in ("li", "dd"):
                return BlockKind.ITEM
            if tag == "blockquote":
                return BlockKind.QUOTE
        return BlockKind.PARAGRAPH

    def _add_reference(self, reference: str) -> None:
        decoded = unescape(reference)
        self._add(decoded, [self._offset()] * len(decoded))

    def _add(self, characters: str, offsets: range | list[int]) -> None:
        if self._in_title:
            self.page_title = " ".join(((self.page_title or "") + characters).split()) or None
        elif not any(tag in _SKIPPED for tag in self._open):
            self._builder.add(characters, offsets)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column
