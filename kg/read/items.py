"""Lists whose items are summaries: "- [Title](link): what the paper does."."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from kg.model import Block, BlockKind
from kg.read.identifiers import is_paper_link
from kg.read.links import LinkRole, link_role, text_of
from kg.read.listings import parse_listing
from kg.read.outline import BOLD_LEVEL
from kg.read.text import Passage, cut

_AFTER_TITLE = re.compile(
    r"[\s,]*(?:[\[(][^\[\]()]{1,60}[\])][\s,]*|\\?\|[\s\w]{1,20})*([:.–—]|--?\s|$)\s*"
)
_SENTENCE = re.compile(r"\b(?:is|are|was|were|the|they|we|it|this|that|with)\b")
_LEAST_WORDS = 8


def split_items(passages: Sequence[Passage]) -> list[Passage] | None:
    """The passages with the title of every item that is a summary made a heading of its own.

    None where fewer than two items of outermost lists are summaries, or most are something
    else.
    """
    outermost = [i for i, p in enumerate(passages) if len(p.items) == 1 and not p.level]
    firsts = [i for i in outermost if i == 0 or passages[i - 1].items[:1] != passages[i].items]
    ends = {i: _title_end(passages[i].block) for i in firsts}
    found = {
        i: end
        for i, end in ends.items()
        if end is not None and _words_of(passages, i, end[1]) >= _LEAST_WORDS
    }
    if len(found) < 2 or 2 * len(found) < len(firsts):
        return None
    split: list[Passage] = []
    for i, passage in enumerate(passages):
        if i not in found:
            split.append(passage)
            continue
        title_end, rest = found[i]
        block = passage.block
        title = replace(cut(block, 0, title_end, BlockKind.HEADING), depth=0)
        split.append(replace(passage, block=title, level=BOLD_LEVEL))
        if rest < len(block.text):
            split.append(replace(passage, block=cut(block, rest, len(block.text))))
    return split


def _title_end(block: Block) -> tuple[int, int] | None:
    """Where the title that an item opens with ends, and where its summary begins."""
    text = block.text
    first = block.links[0] if block.links else None
    bold = next((s for s in block.emphasis if not re.search(r"\w", text[: s.start])), None)
    if (
        first is not None
        and link_role(block, first) is None
        and is_paper_link(first.target)
        and not re.search(r"\w", text[: first.span.start])
    ):
        end = max(first.span.end, bold.end if bold and bold.start <= first.span.start else 0)
        title = text_of(block, first)
    elif first is not None and bold is not None and bold.end <= first.span.start <= bold.end + 4:
        if link_role(block, first) is not LinkRole.PAPER:
            return None
        end, title = bold.end, text[bold.start : bold.end]
    else:
        return None
    after = _AFTER_TITLE.match(text, end)
    if after is None or len(title.split()) < 3:
        return None
    return after.start(1), after.end()


def _words_of(passages: Sequence[Passage], index: int, start: int) -> int:
    """How many words the item at `index` says after its title.

    Where it is a title alone, the items nested below it count, unless they hold no sentence:
    authors and venue are no summary.
    """
    block, items = passages[index].block, passages[index].items
    if parse_listing(block) is None or start < len(block.text):
        return len(block.text[start:].split())
    nested = takewhile(lambda p: p.items[: len(items)] == items, islice(passages, index + 1, None))
    return sum(len(p.block.text.split()) for p in nested if _SENTENCE.search(p.block.text))
