"""What a fitted model sees of a candidate: sparse facts as strings, dense ones as numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from kg.extract.candidates import Candidate, Mention, is_name_like
from kg.extract.patterns import read_patterns
from kg.extract.words import Page, Sentence
from kg.lexicon import Lexicon
from kg.model import BlockKind, Kind

_SHAPE = ((re.compile("[A-Z]+"), "X"), (re.compile("[a-z]+"), "x"), (re.compile("[0-9]+"), "9"))
KINDS = tuple(Kind)


def shape(text: str) -> str:
    """Runs of capitals, small letters and digits as X, x and 9: "StarGAN v2" is "XxX x9"."""
    for pattern, letter in _SHAPE:
        text = pattern.sub(letter, text)
    return text[:12]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _share_of_initials(letters: str, initials: str) -> float:
    """How much of a short form the initials of the title spell, in order."""
    at = found = 0
    for letter in letters:
        place = initials.find(letter, at)
        if place >= 0:
            found += 1
            at = place + 1
    return found / len(letters)


SENTENCE_CUES = {
    name: re.compile(pattern, re.IGNORECASE) for name, pattern in read_patterns("sentence-cues")
}
"""What a sentence is about: name -> words that say so, from data/patterns/sentence-cues.tsv."""

DENSE = (
    *(f"cue_{name}" for name in SENTENCE_CUES),
    *(f"lexicon_{kind}" for kind in KINDS),
    *(f"head_{kind}" for kind in KINDS),
    "lexicon_system", "words", "characters", "capitals", "digits", "name_like", "all_caps",
    "mentions", "sentences", "in_title", "title_start", "title_end", "title_before_colon",
    "first_sentence", "last_sentence", "maximal", "minimal", "run_end", "run_start",
    "in_parentheses", "before_parenthesis", "linked", "emphasised", "in_item", "in_heading",
    "depth", "generic_head", "generic_first", "start_lower", "subject", "object", "modifier",
    "plural", "first_place", "of_phrase", "sub_count", "super_count", "page_sentences",
    "title_initials", "mention_share", "in_introducing", "first_body",
)  # fmt: skip
INDEX = {name: i for i, name in enumerate(DENSE)}

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_OBJECTS = frozenset({"dobj", "attr", "oprd"})
_MODIFIERS = frozenset({"compound", "amod", "nmod"})


class PageFeatures:
    """Features of every candidate of a page.

    sparse: one list of strings a candidate; dense: array (candidates, len(DENSE)), float32.
    """

    def __init__(
        self,
        page: Page,
        candidates: Sequence[Candidate],
        lexicon: Lexicon,
        heads: Mapping[str, Kind],
        generic: frozenset[str],
    ) -> None:
        self.page = page
        self.lexicon = lexicon
        self.heads = heads
        self.generic = generic
        self.cues = [self._cues(s) for s in page.sentences]
        self.linked, self.emphasised = self._marks()
        self._starts: dict[tuple[int, int], int] = {}
        self._ends: dict[tuple[int, int], int] = {}
        for c in candidates:
            for m in c.mentions:
                at = (m.sentence, m.last)
                self._starts[at] = min(self._starts.get(at, m.first), m.first)
                at = (m.sentence, m.first)
                self._ends[at] = max(self._ends.get(at, m.last), m.last)
        self.initials = "".join(
            w.text[0].lower()
            for s in page.sentences[: page.title_sentences]
            for w in s.words
            if w.text[0].isalnum()
        )
        self.most_named = max(
            (len(c.mentions) for c in candidates if is_name_like(c.mentions[0].label)), default=1
        )
        self.sparse: list[list[str]] = []
        self.dense = np.zeros((len(candidates), len(DENSE)), dtype=np.float32)
        for row, candidate in enumerate(candidates):
            self.sparse.append(self._candidate(candidate, self.dense[row]))

    def _cues(self, sentence: Sentence) -> list[float]:
        text = self.page.sentence_text(sentence)
        return [1.0 if p.search(text) else 0.0 for p in SENTENCE_CUES.values()]

    def _marks(self) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        linked: set[tuple[int, int]] = set()
        emphasised: set[tuple[int, int]] = set()
        for sentence in self.page.sentences:
            block = self.page.block_of(sentence)
            if not block.links and not block.emphasis:
                continue
            for i, word in enumerate(sentence.words):
                if any(k.span.start <= word.start < k.span.end for k in block.links):
                    linked.add((sentence.index, i))
                if any(e.start <= word.start < e.end for e in block.emphasis):
                    emphasised.add((sentence.index, i))
        return linked, emphasised

    def _candidate(self, c: Candidate, row: np.ndarray) -> list[str]:
        page = self.page
        first = c.mentions[0]
        words = page.sentences[first.sentence].words[first.first : first.last + 1]
        head = _singular(words[-1].lower)
        term = self.lexicon.find(first.label)
        out = [
            f"k={c.key}", f"h={head}", f"f={words[0].lower}", f"s3={head[-3:]}",
            f"s4={head[-4:]}", f"p3={head[:4]}", f"sh={shape(first.label)}",
            "pos=" + "".join(w.pos[0] for w in words), f"n={min(len(words), 6)}",
        ]  # fmt: skip
        out += [f"w={w.lower}" for w in words]
        if len(words) > 1:
            out.append(f"h2={words[-2].lower}_{head}")
        if "-" in words[0].text:
            out += [f"hp={x.lower()}" for x in words[0].text.split("-")]
        if term:
            out += [f"lx={term.kind}", f"lxs={term.system}"]
            row[INDEX[f"lexicon_{term.kind}"]] = 1
            row[INDEX["lexicon_system"]] = term.system
        else:
            out.append("lx=0")
        kind = self.heads.get(head)
        if kind:
            out.append(f"hk={kind}")
            row[INDEX[f"head_{kind}"]] = 1
        label = first.label
        row[INDEX["words"]] = len(words)
        row[INDEX["characters"]] = len(label)
        row[INDEX["capitals"]] = sum(x.isupper() for x in label) / len(label)
        row[INDEX["digits"]] = any(x.isdigit() for x in label)
        row[INDEX["name_like"]] = any(is_name_like(w.text) for w in words)
        row[INDEX["all_caps"]] = label.isupper()
        row[INDEX["mentions"]] = len(c.mentions)
        row[INDEX["generic_head"]] = head in self.generic
        row[INDEX["generic_first"]] = words[0].lower in self.generic
        row[INDEX["start_lower"]] = label[0].islower()
        row[INDEX["plural"]] = words[-1].tag.endswith("S")
        row[INDEX["of_phrase"]] = any(w.lower == "of" for w in words)
        row[INDEX["sentences"]] = len({m.sentence for m in c.mentions})
        row[INDEX["page_sentences"]] = len(page.sentences)
        row[INDEX["first_place"]] = first.sentence / max(1, len(page.sentences))
        letters = "".join(x for x in label.lower() if x.isalnum())
        if label[:1].isupper() and len(letters) > 2 and is_name_like(label):
            row[INDEX["title_initials"]] = _share_of_initials(letters, self.initials)
        row[INDEX["mention_share"]] = len(c.mentions) / self.most_named
        bag: Counter[str] = Counter()
        for m in c.mentions:
            self._mention(m, row, bag)
        for name in ("maximal", "minimal", "run_end", "run_start"):
            row[INDEX[name]] /= len(c.mentions)
        out += sorted(bag)
        return out

    def _mention(self, m: Mention, row: np.ndarray, bag: Counter[str]) -> None:
        page = self.page
        sentence = page.sentences[m.sentence]
        words = sentence.words
        block = page.block_of(sentence)
        n = len(words)
        before = [words[i].lower if i >= 0 else "^" for i in (m.first - 1, m.first - 2)]
        after = [words[i].lower if i < n else "$" for i in (m.last + 1, m.last + 2)]
        title = m.sentence < page.title_sentences
        pre = "T" if title else ""
        bag[f"{pre}b1={before[0]}"] += 1
        bag[f"{pre}a1={after[0]}"] += 1
        bag[f"b2={before[1]}_{before[0]}"] += 1
        bag[f"a2={after[0]}_{after[1]}"] += 1
        last = words[m.last]
        governor = words[last.head]
        bag[f"dep={last.dep}"] += 1
        bag[f"gov={last.dep}_{governor.lemma}"] += 1
        if last.dep == "pobj":
            top = words[governor.head]
            bag[f"gov2={top.lemma}_{governor.lower}"] += 1
        verb = governor
        for _ in range(6):
            if verb.pos in ("VERB", "AUX") or words[verb.head] is verb:
                break
            verb = words[verb.head]
        bag[f"verb={verb.lemma}"] += 1
        if block.section:
            for w in block.section[-1].lower().split()[:4]:
                bag[f"sec={w}"] += 1
        bag[f"blk={block.kind}{min(block.depth, 2)}"] += 1
        for i, v in enumerate(self.cues[m.sentence]):
            if v:
                row[i] += 1
                bag[f"cue={i}"] += 1
        if not title:
            for near in words[max(0, m.first - 6) : m.first]:
                if near.pos in ("VERB", "NOUN", "ADJ", "ADP", "PRON"):
                    bag[f"wb={near.lemma}"] += 1
            for near in words[m.last + 1 : m.last + 5]:
                if near.pos in ("VERB", "NOUN", "ADJ", "ADP"):
                    bag[f"wa={near.lemma}"] += 1
        if title:
            row[INDEX["in_title"]] = 1
            if m.first == 0:
                row[INDEX["title_start"]] = 1
                if after[0] == ":":
                    row[INDEX["title_before_colon"]] = 1
            if m.last == n - 1:
                row[INDEX["title_end"]] = 1
        else:
            body = m.sentence - page.title_sentences
            if body == 0:
                row[INDEX["first_sentence"]] = 1
            if not row[INDEX["first_body"]]:
                row[INDEX["first_body"]] = 1 + body
            cues = self.cues[m.sentence]
            row[INDEX["in_introducing"]] += cues[0] and cues[1]
        if m.sentence == len(page.sentences) - 1:
            row[INDEX["last_sentence"]] = 1
        run_start = self._starts[(m.sentence, m.last)] == m.first
        run_end = self._ends[(m.sentence, m.first)] == m.last
        row[INDEX["run_start"]] += run_start
        row[INDEX["run_end"]] += run_end
        row[INDEX["maximal"]] += run_start and run_end
        row[INDEX["minimal"]] += m.first == m.last
        row[INDEX["in_parentheses"]] += before[0] in "(["
        row[INDEX["before_parenthesis"]] += after[0] == "("
        row[INDEX["linked"]] += (m.sentence, m.last) in self.linked
        row[INDEX["emphasised"]] += (m.sentence, m.last) in self.emphasised
        row[INDEX["in_item"]] += block.kind is BlockKind.ITEM
        row[INDEX["in_heading"]] += block.kind is BlockKind.HEADING and not title
        row[INDEX["depth"]] = max(row[INDEX["depth"]], block.depth)
        row[INDEX["subject"]] += last.dep in _SUBJECTS
        row[INDEX["object"]] += last.dep in _OBJECTS
        row[INDEX["modifier"]] += last.dep in _MODIFIERS
