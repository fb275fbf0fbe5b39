"""What a fitted model sees of a thing that names a paper, to tell what the paper is to this one.

Words around its mentions, the clues beside them, where they stand, and how the thing is linked.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.extract.candidates import Mention
from kg.extract.clues import mention_clues, read_clues, small
from kg.extract.features import SENTENCE_CUES, lead_facts
from kg.extract.words import Page
from kg.read.identifiers import is_note_link, is_paper_link

_BEFORE, _AFTER = 8, 6
_TELLING = frozenset({"VERB", "AUX", "NOUN", "PROPN", "ADJ", "ADP", "ADV", "SCONJ"})
_SECTION_WORDS = 4


def prior_facts(page: Page, mentions: Sequence[Mention], target: str | None) -> list[str]:
    """Facts about a thing with these mentions, sorted; `target` is where its first link leads."""
    facts = {f"link={_link(target)}", f"mentions={min(len(mentions), 3)}"}
    facts.add(f"words={min(len(mentions[0].label.split()), 6)}")
    facts.add(f"head={mentions[0].label.split()[-1].lower()}")
    for mention in mentions:
        if mention.sentence < page.title_sentences:
            facts.add("title")
        else:
            facts.update(_of_mention(page, mention))
    return sorted(facts)


def _link(target: str | None) -> str:
    if target is None:
        return "none"
    return "paper" if is_paper_link(target) else "note" if is_note_link(target) else "other"


def _of_mention(page: Page, m: Mention) -> set[str]:
    sentence = page.sentences[m.sentence]
    words = sentence.words
    block = page.block_of(sentence)
    text = small(page.sentence_text(sentence))
    clues = read_clues()
    facts = {f"clue={clues[n].name}" for n in mention_clues(page, m)}
    near = words[max(0, m.first - _BEFORE) : m.first]
    facts.update(f"before={w.lemma}" for w in near if w.pos in _TELLING)
    near = words[m.last + 1 : m.last + 1 + _AFTER]
    facts.update(f"after={w.lemma}" for w in near if w.pos in _TELLING)
    one = words[m.first - 1].lower if m.first else "^"
    two = words[m.first - 2].lower if m.first > 1 else "^"
    behind = words[m.last + 1].lower if m.last + 1 < len(words) else "$"
    facts.update((f"b1={one}", f"b2={two}_{one}", f"a1={behind}"))
    governor = words[words[m.last].head]
    facts.add(f"governor={words[m.last].dep}_{governor.lemma}")
    facts.add(f"role={words[m.last].dep}")
    facts.update(n for n, cue in SENTENCE_CUES.items() if cue.search(text))
    facts.update(lead_facts(page, sentence.block))
    if block.section:
        section = block.section[-1].lower().split()[:_SECTION_WORDS]
        facts.update(f"section={w}" for w in section)
    facts.add(f"block={block.kind}")
    facts.add(f"place={4 * m.sentence // len(page.sentences)}")
    return facts
