"""The pipeline: the one that is pinned, and what it gives back for documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy

from kg.annotate import (
    BATCH,
    DEFAULT_PIPELINE,
    PINNED_SHA256,
    annotate,
    load_pipeline,
    pipeline_digest,
)
from kg.errors import PipelineError
from kg.model import Block, BlockKind, Document, Identifiers, Reference, Source, Span
from tests.pages import pipeline


def document(*texts: str) -> Document:
    blocks = tuple(Block(BlockKind.PARAGRAPH, t, tuple(range(len(t)))) for t in texts)
    return Document(Source("a.md", ""), Reference("Kites", Identifiers(), Span(0, 1)), blocks)


def test_pipeline_is_the_pinned_one_without_what_is_not_needed():
    nlp = pipeline()
    assert nlp.pipe_names == ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
    assert nlp.path is not None
    assert pipeline_digest(nlp.path) == PINNED_SHA256


def test_digest_covers_names_and_bytes_of_what_is_loaded_and_no_prose(tmp_path: Path):
    (tmp_path / "parser").mkdir()
    (tmp_path / "parser" / "model").write_bytes(b"one")
    first = pipeline_digest(tmp_path)
    for name in ("README.md", "__init__.py", "LICENSE", "LICENSES_SOURCES"):
        (tmp_path / name).write_text("words")
    (tmp_path / "ner").mkdir()
    (tmp_path / "ner" / "model").write_bytes(b"names")
    assert pipeline_digest(tmp_path) == first
    (tmp_path / "parser" / "model").write_bytes(b"two")
    second = pipeline_digest(tmp_path)
    (tmp_path / "parser" / "model").rename(tmp_path / "parser" / "cfg")
    assert len({first, second, pipeline_digest(tmp_path)}) == 3


def test_pipeline_that_is_not_installed():
    with pytest.raises(
        PipelineError, match=r"'en_kite_sm' is not installed; `pip install paperkg`"
    ):
        load_pipeline("en_kite_sm")


def test_pipeline_that_lacks_a_component(tmp_path: Path):
    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(PipelineError, match="lacks lemmatizer, parser; name a pipeline"):
        load_pipeline(str(tmp_path))


def test_pipeline_without_tagger(tmp_path: Path):
    spacy.load(DEFAULT_PIPELINE, exclude=["tagger", "ner", "senter"]).to_disk(tmp_path)
    with pytest.raises(PipelineError, match="lacks a tagger"):
        load_pipeline(str(tmp_path))


def test_pipeline_whose_components_are_not_installed(tmp_path: Path):
    spacy.blank("en").to_disk(tmp_path)
    config = (tmp_path / "config.cfg").read_text("utf-8")
    config = config.replace("pipeline = []", 'pipeline = ["kites"]')
    config += '\n[components.kites]\nfactory = "kite_flyer"\n'
    (tmp_path / "config.cfg").write_text(config, "utf-8")
    with pytest.raises(PipelineError, match=r"cannot be loaded: .*kite_flyer"):
        load_pipeline(str(tmp_path))


def test_default_whose_files_were_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kg.annotate.PINNED_SHA256", "0" * 64)
    with pytest.raises(PipelineError, match=f"the files of {DEFAULT_PIPELINE} are not the ones"):
        load_pipeline()


def test_documents_come_back_in_order_with_one_parse_a_block():
    given = [
        document("Kites fly.", "They land."),
        document(),
        document("One. Two."),
        document(),
        document(),
    ]
    found = list(annotate(given, pipeline()))
    assert [a.document for a in found] == given
    assert [[d.text for d in a.docs] for a in found] == [
        ["Kites fly.", "They land."],
        [],
        ["One. Two."],
        [],
        [],
    ]


@pytest.mark.parametrize("count", [BATCH - 1, BATCH, BATCH + 1])
def test_blocks_beyond_one_batch(count: int):
    given = [document("a"), document(*(f"kite {n}" for n in range(count))), document("b")]
    found = list(annotate(given, pipeline()))
    assert [[d.text for d in a.docs] for a in found] == [[b.text for b in d.blocks] for d in given]


def test_no_documents():
    assert list(annotate([], pipeline())) == []
    assert list(annotate([document(), document()], pipeline()))[1].docs == ()


def test_documents_are_taken_as_they_are_needed():
    taken = 0

    def endless() -> Iterator[Document]:
        nonlocal taken
        while True:
            taken += 1
            yield document("Kites fly.")

    next(annotate(endless(), pipeline()))
    assert taken <= 2 * BATCH + 1
