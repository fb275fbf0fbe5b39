"""Parses as sentences of words: joined by hyphens, with heads inside the sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.lang.en import English
from spacy.tokens import Doc

from kg.annotate import Annotation
from kg.extract.words import Page, Word, to_page
from kg.model import Block, BlockKind, Document, Identifiers, Reference, Source, Span
from tests.pages import parsed

VOCAB = English().vocab


def parse(*tokens: str, heads: list[int] | None = None, starts: tuple[int, ...] = (0,)) -> Doc:
    """A parse by hand. "kite_" is followed by a space; a token without mark by nothing."""
    words = [t.removesuffix("_") if t != "_" else "_" for t in tokens]
    heads = heads if heads is not None else [0] * len(tokens)
    return Doc(
        VOCAB,
        words=words,
        spaces=[t.endswith("_") for t in tokens],
        heads=heads,
        deps=[f"d{i}" for i in range(len(tokens))],
        tags=[f"T{i}" for i in range(len(tokens))],
        pos=["NOUN"] * len(tokens),
        lemmas=[f"l{i}" for i in range(len(tokens))],
        sent_starts=[i in starts for i in range(len(tokens))],
    )


def page(*docs: Doc, first: BlockKind = BlockKind.PARAGRAPH) -> Page:
    blocks = tuple(
        Block(BlockKind.PARAGRAPH if i else first, doc.text, tuple(range(len(doc.text))))
        for i, doc in enumerate(docs)
    )
    reference = Reference("Kites", Identifiers(), Span(0, 1))
    return to_page(Annotation(Document(Source("a.md", ""), reference, blocks), docs))


def texts(*tokens: str) -> list[str]:
    (sentence,) = page(parse(*tokens)).sentences
    return [w.text for w in sentence.words]


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (("image", "-", "to", "-", "image_", "task"), ["image-to-image", "task"]),
        (("cycle", "–", "loss"), ["cycle–loss"]),
        (("KiteNet", "-", "B0", "."), ["KiteNet-B0", "."]),
        (("kites_", "-_", "tails"), ["kites", "-", "tails"]),
        (("kites", "-_", "tails"), ["kites", "-", "tails"]),
        (("kites_", "-", "tails"), ["kites", "-", "tails"]),
        (("pre", "-_", "and_", "post", "-", "flight"), ["pre", "-", "and", "post-flight"]),
        (("kite", "-", "("), ["kite", "-", "("]),
        (("kite", "-"), ["kite", "-"]),
        (("kite", "/", "tail"), ["kite", "/", "tail"]),
        (("kite", "'s_", "tail"), ["kite", "'s", "tail"]),
    ],
)
def test_hyphens_without_space_join(tokens: tuple[str, ...], words: list[str]):
    assert texts(*tokens) == words


def test_word_carries_the_tags_of_its_token():
    (sentence,) = page(parse("Kites_", "fly", heads=[1, 1])).sentences
    assert sentence.words == (
        Word("Kites", "kites", "l0", "NOUN", "T0", "d0", 1, 0, 5),
        Word("fly", "fly", "l1", "NOUN", "T1", "d1", 1, 6, 9),
    )


def test_joined_word_has_its_last_tag_and_hangs_where_its_outermost_token_does():
    # "a self-made kite": "self" hangs on "made", "made" on "kite".
    (sentence,) = page(parse("a_", "self", "-", "made_", "kite", heads=[4, 3, 3, 4, 4])).sentences
    assert [(w.text, w.head) for w in sentence.words] == [("a", 2), ("self-made", 2), ("kite", 2)]
    joined = sentence.words[1]
    assert (joined.lemma, joined.tag, joined.dep) == ("self-made", "T3", "d3")
    assert (joined.start, joined.end) == (2, 11)


def test_white_space_tokens_are_no_words():
    doc = parse("kites_", "  ", "fly", heads=[2, 0, 2])
    (sentence,) = page(doc).sentences
    assert [(w.text, w.head) for w in sentence.words] == [("kites", 1), ("fly", 1)]


def test_sentences_count_in_their_block_and_in_the_document():
    found = page(
        parse("Kites_", "fly._", "They_", "sink.", heads=[0, 0, 2, 2], starts=(0, 2)),
        parse(" "),
        parse("So."),
    ).sentences
    assert [(s.block, s.index, s.place, len(s.words)) for s in found] == [
        (0, 0, 0, 2),
        (0, 1, 1, 2),
        (2, 2, 0, 1),
    ]
    assert [s.span for s in found] == [Span(0, 10), Span(11, 21), Span(0, 3)]


def test_text_of_words_is_on_one_line():
    doc = parse("tail_", "\n ", "loss")
    (sentence,) = (found := page(doc)).sentences
    assert found.text(sentence, 0, 1) == "tail loss"


def test_title_is_the_sentences_of_a_heading_at_the_front():
    doc = parse("Kites_", "Fly", starts=(0, 1), heads=[0, 1])
    assert page(doc, parse("So."), first=BlockKind.HEADING).title_sentences == 2
    assert page(doc, parse("So.")).title_sentences == 0
    assert page().title_sentences == 0


# ------------------------------------------------------------------------------ the pipeline

SUMMARY = """\
#### Image-to-Image Kites ([paper](https://arxiv.org/abs/2001.00001))

The authors propose *KiteNet*, a state-of-the-art network for kite-to-bird translation. It is
trained with an L1 loss; the tail (a ribbon) is not.

- Its generator [folds](https://arxiv.org/abs/2001.00002) paper.
"""


def test_pipeline_and_words_of_a_summary():
    found = parsed(SUMMARY)
    assert found.title_sentences == 1
    assert [w.text for w in found.sentences[0].words] == ["Image-to-Image", "Kites"]
    assert [w.text for w in found.sentences[1].words][3:9] == [
        *("KiteNet", ",", "a", "state-of-the-art", "network", "for")
    ]
    assert found.block_of(found.sentences[-1]).kind is BlockKind.ITEM


NOTE = """\
#### Kites ([paper](https://arxiv.org/abs/2001.00001))

The authors propose a kite that flies in the wind and learns to land by itself. """

PROSE = st.text(alphabet="ab AZ-–.,()'3+β", min_size=1, max_size=60)


@given(PROSE)
@settings(max_examples=60, deadline=None)
def test_any_text_gives_words_in_order_with_heads_in_their_sentence(text: str):
    found = parsed(NOTE + text)
    for sentence in found.sentences:
        block = found.block_of(sentence)
        assert 0 <= sentence.span.start < sentence.span.end <= len(block.text)
        end = sentence.span.start
        for word in sentence.words:
            assert word.start >= end
            assert block.text[word.start : word.end] == word.text
            assert word.text.strip() == word.text != ""
            assert 0 <= word.head < len(sentence.words)
            end = word.end


def test_list_items_stand_under_the_item_or_the_paragraph_above():
    found = parsed(
        "#### Kites ([paper](https://arxiv.org/abs/2001.00001))\n\nThey fly. Baselines are:\n\n"
        "- KiteNet\n  - two tails\n- WingNet\n\nThen more.\n\n##### Wings\n\n- TailNet\n"
    )
    text = {
        found.document.blocks[number].text: found.sentence_text(lead)
        for number, lead in found.leads.items()
    }
    assert text == {
        "KiteNet": "Baselines are:",
        "two tails": "KiteNet",
        "WingNet": "Baselines are:",
    }


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (("GRU", "-", "based_", "kite"), ["GRU", "-based", "kite"]),
        (("kite", "-", "like"), ["kite", "-like"]),
        (("end", "-", "to", "-", "end"), ["end-to-end"]),
        (("kite", "-", "based", "-", "er"), ["kite", "-based-er"]),
    ],
)
def test_compounds_of_what_something_is_based_on_are_two_words(
    tokens: tuple[str, ...], words: list[str]
):
    assert texts(*tokens) == words
