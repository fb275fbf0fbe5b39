"""What a fitted model sees of an ordered pair of things: facts as strings.

The words between the two mentions that stand closest, what stands before and behind, the head
words, whether one name ends in the other, and whether one is the paper's own system. After the
feature sets of Zhou et al. (2005), "Exploring various knowledge in relation extraction".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kg.extract.candidates import Mention, is_name_like
from kg.extract.decide import Thing
from kg.extract.features import lead_facts
from kg.extract.words import Page
from kg.lexicon import normal, read_words
from kg.model import Kind

FARTHEST = 30
"""Words between two mentions that still count as near each other."""

KINDS = frozenset(
    {
        (Kind.METHOD, Kind.METHOD),
        (Kind.METHOD, Kind.TASK),
        (Kind.METHOD, Kind.LOSS),
        (Kind.LOSS, Kind.LOSS),
        (Kind.LOSS, Kind.METHOD),
        (Kind.DATASET, Kind.DATASET),
        (Kind.TASK, Kind.TASK),
    }
)
"""Kinds of subject and object that a relation between things can have."""

_SHOWN = 10


def pairs(things: Sequence[Thing], own: Thing | None) -> Iterator[tuple[Thing, Thing]]:
    """Ordered pairs that can be related: near each other, with the own system, or nested."""
    for a in things:
        for b in things:
            if a is b or (a.kind, b.kind) not in KINDS:
                continue
            if b is own or a is own or closest(a, b) is not None or nested(a, b):
                yield a, b


def closest(a: Thing, b: Thing) -> tuple[Mention, Mention] | None:
    """The two mentions in one sentence with the fewest words between, if near enough."""
    best: tuple[int, Mention, Mention] | None = None
    for m in a.mentions:
        for n in b.mentions:
            if m.sentence != n.sentence:
                continue
            gap = n.first - m.last if m.first < n.first else m.first - n.last
            if 0 < gap <= FARTHEST and (best is None or gap < best[0]):
                best = (gap, m, n)
    return best[1:] if best else None


def nested(a: Thing, b: Thing) -> bool:
    """Whether some name of `a` ends in a name of `b`."""
    keys = {normal(label) for label in b.labels}
    return any(
        normal(" ".join(words[i:])) in keys
        for words in (label.split() for label in a.labels)
        for i in range(1, len(words))
    )


def pair_facts(page: Page, a: Thing, b: Thing, own: Thing | None) -> list[str]:
    """Facts about "a is part of / a kind of / used for b"."""
    kinds = f"{a.kind}>{b.kind}"
    roles = ("a" if a is own else "") + ("b" if b is own else "")
    head_a, head_b = _head(a), _head(b)
    facts = [
        f"kinds={kinds}",
        f"own={roles}",
        f"own={roles},{kinds}",
        f"heads={head_a},{head_b}",
        f"ha={head_a},{roles},{kinds}",
        f"hb={head_b},{roles},{kinds}",
        f"names={_named(a)},{_named(b)},{roles}",
        f"generic={a.labels[0].lower() in read_words('generic-parts')},{roles}",
    ]
    if nested(a, b):
        facts += ["nested", f"nested,{kinds}", f"nested,{roles}"]
    if nested(b, a):
        facts += ["nests", f"nests,{roles}"]
    facts += [f"ca={clue},{roles}" for clue in sorted(a.clues)]
    facts += [f"cb={clue},{roles}" for clue in sorted(b.clues)]
    facts += [f"{fact},{roles}" for fact in _around(page, a)]
    near = closest(a, b)
    if near is None:
        return [*facts, "far", f"far,{kinds},{roles}"]
    return [*facts, *_between(page, *near, kinds)]


def _around(page: Page, thing: Thing) -> set[str]:
    """What the lists and sections are about in which a thing is first mentioned."""
    prose = (m for m in thing.mentions if m.sentence >= page.title_sentences)
    first = next(prose, None)
    if first is None:
        return {"title"}
    sentence = page.sentences[first.sentence]
    section = page.block_of(sentence).section
    named = {f"section={w}" for w in section[-1].lower().split()} if section else set()
    return named | set(lead_facts(page, sentence.block))


def _between(page: Page, m: Mention, n: Mention, kinds: str) -> Iterator[str]:
    words = page.sentences[m.sentence].words
    order = "ab" if m.first < n.first else "ba"
    left, right = (m, n) if order == "ab" else (n, m)
    between = [w.lower for w in words[left.last + 1 : right.first]]
    yield f"order={order},{kinds}"
    yield f"gap={order},{min(len(between), 8)}"
    yield f"commas={order},{min(between.count(','), 3)}"
    if len(between) <= _SHOWN:
        yield f"phrase={order},{' '.join(between)}"
        yield f"phrase={order},{kinds},{' '.join(between)}"
        for w in between:
            yield f"between={order},{w}"
            yield f"between={order},{kinds},{w}"
        for v, w in pairwise(between):
            yield f"bigram={order},{v} {w}"
    if between:
        yield f"first={order},{between[0]}"
        yield f"last={order},{between[-1]}"
    before = words[left.first - 1].lower if left.first else "^"
    after = words[right.last + 1].lower if right.last + 1 < len(words) else "$"
    yield f"before={order},{before}"
    yield f"after={order},{after}"
    verbs = [w.lemma for w in words[left.last + 1 : right.first] if w.pos == "VERB"]
    for verb in verbs[:4]:
        yield f"verb={order},{verb}"
    for one, other in ((m, n), (n, m)):
        head = words[one.last].head
        if other.first <= head <= other.last:
            yield f"governed={order},{one is m},{words[one.last].dep}"


def _head(thing: Thing) -> str:
    word = thing.labels[0].split()[-1].lower()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _named(thing: Thing) -> bool:
    return any(is_name_like(word) for word in thing.labels[0].split())
