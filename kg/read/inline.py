"""markdown-it's inline parser, with the position of every token kept.

markdown-it-py numbers the lines of blocks and forgets where inline tokens stand. Here each
token carries in `meta[AT]` the index, in the inline content, of the first character that its
own content came from.
"""

from collections.abc import Callable
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from kg.read.blocks import AT


class _PositionedState(StateInline):
    """Notes the parser's position whenever a token is pushed or pending text begins."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self._pending_at: int | None = None
        self._run = (-1, 0)

    def append_pending(self, text: str) -> None:
        if self._pending_at is None:
            self._pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - the library's name
        token = super().pushPending()
        token.meta[AT] = self.pos if self._pending_at is None else self._pending_at
        self._pending_at = None
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        self._pending_at = None
        # The marks of one run of "*" or "_" are pushed one by one from the run's start.
        start, count = self._run
        count = count + 1 if ttype == "text" and start == self.pos else 0
        self._run = (self.pos, count)
        token.meta[AT] = self.pos + count
        return token


class _PositionedParser(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _PositionedState(src, md, env, tokens)
        self.tokenize(state)
        rules: list[Callable[[StateInline], None]] = self.ruler2.getRules("")
        for rule in rules:
            rule(state)
        return state.tokens


class _Markdown(MarkdownIt):
    """Leaves link targets as they are written: they are identifiers here, not web addresses."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the library's name
        return True


def markdown_parser() -> MarkdownIt:
    """CommonMark with tables, dollar maths and footnotes; HTML blocks are left to masking.

    Indented code is read as text: in notes an indented line is a badly indented list far more
    often than it is code.
    """
    md = _Markdown("commonmark", {"maxNesting": 40})
    md.inline = _PositionedParser()
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    md.use(footnote_plugin, inline=False, move_to_end=False)
    md.enable("table")
    md.disable(["code", "html_block", "math_block"])
    # Joining neighbouring text tokens would lose where the second one stands.
    md.inline.ruler2.disable("fragments_join")
    md.core.ruler.disable("text_join")
    return md
