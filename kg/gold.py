"""Hand-made annotations: what a careful reader finds in a summary (data/gold/GUIDELINES.md).

A gold file is JSON: {"document"?, "papers": [{"id", "title", "document"?, "triples": [
{"relation", "type", "labels": [...], "subject"?: [...], "id"?, "required"?, "evidence"?}]}]}.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from kg.errors import GoldError
from kg.model import Kind, Relation


@dataclass(frozen=True, slots=True)
class Triple:
    """One triple under the summary that says it.

    The subject is the summarised paper where `subject` is empty, else the entity with these
    labels. `id` is "arxiv:...", "doi:..." or "url:..." of an object that is a paper.
    """

    relation: Relation
    kind: Kind
    labels: tuple[str, ...]
    subject: tuple[str, ...] = ()
    id: str | None = None
    required: bool = True
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one summary says about its paper. `document` is the file that holds it."""

    id: str
    title: str
    triples: tuple[Triple, ...]
    document: str | None = None


def read_gold(path: Path) -> tuple[Summary, ...]:
    """The annotated summaries of a file, or of every *.json in a folder.

    In a folder, files that list papers without annotating them are passed over.

    Raises:
        GoldError: a file is missing, is not JSON, or does not follow the schema.
    """
    if path.is_dir():
        found: list[Summary] = []
        for file in sorted(path.glob("*.json")):
            data = _load(file)
            if isinstance(data, dict) and "papers" not in data and "listed" in data:
                continue
            found.extend(parse_gold(data, str(file)))
        if not found:
            raise GoldError("no annotated papers in this folder", str(path))
        return tuple(found)
    return parse_gold(_load(path), str(path))


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GoldError(f"cannot be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise GoldError("is not UTF-8 text", str(path)) from error
    except json.JSONDecodeError as error:
        raise GoldError(f"is not JSON: {error.msg}", f"{path}:{error.lineno}") from error


def parse_gold(data: Any, place: str) -> tuple[Summary, ...]:
    """Annotations as they stand in a gold file: {"document"?, "papers": [...]}.

    Raises:
        GoldError: the value does not follow the schema; the message names the field.
    """
    if not isinstance(data, dict) or not isinstance(data.get("papers"), list):
        raise GoldError('needs an object with a list "papers"', place)
    document = _text(data, "document", place, "the file", optional=True)
    return tuple(
        _parse_summary(paper, document, place, f"paper {i}")
        for i, paper in enumerate(data["papers"], start=1)
    )


def _parse_summary(data: Any, document: str | None, place: str, where: str) -> Summary:
    if not isinstance(data, dict) or not isinstance(data.get("triples"), list):
        raise GoldError(f'{where} needs a list "triples"', place)
    return Summary(
        id=_text(data, "id", place, where) or "",
        title=_text(data, "title", place, where) or "",
        triples=tuple(
            _parse_triple(triple, place, f"{where}, triple {i}")
            for i, triple in enumerate(data["triples"], start=1)
        ),
        document=_text(data, "document", place, where, optional=True) or document,
    )


def _parse_triple(data: Any, place: str, where: str) -> Triple:
    if not isinstance(data, dict):
        raise GoldError(f"{where} is not an object", place)
    required = data.get("required", True)
    if not isinstance(required, bool):
        raise GoldError(f'{where}: "required" is not true or false', place)
    relation = _text(data, "relation", place, where)
    kind = _text(data, "type", place, where)
    if relation not in list(Relation):
        raise GoldError(f"{where}: no relation is called {relation!r}", place)
    if kind not in list(Kind):
        raise GoldError(f"{where}: no type is called {kind!r}", place)
    return Triple(
        relation=Relation(relation),
        kind=Kind(kind),
        labels=_texts(data, "labels", place, where),
        subject=_texts(data, "subject", place, where) if data.get("subject") else (),
        id=_text(data, "id", place, where, optional=True),
        required=required,
        sentence=_text(data, "evidence", place, where, optional=True) or "",
    )


def _text(
    data: Mapping[str, Any], key: str, place: str, where: str, optional: bool = False
) -> str | None:
    value = data.get(key)
    if value is None and optional:
        return None
    if not isinstance(value, str):
        raise GoldError(f'{where}: "{key}" is not a text', place)
    return value


def _texts(data: Mapping[str, Any], key: str, place: str, where: str) -> tuple[str, ...]:
    value = data.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(x, str) for x in value):
        raise GoldError(f'{where}: "{key}" is not a list of texts', place)
    return tuple(value)


def find_documents(gold: Iterable[Summary], sources: Sequence[Path]) -> dict[str, Path]:
    """Where the documents that the gold names lie: among the files, or anywhere in the folders.

    The only document of a gold may lie in the only source under another name.

    Raises:
        GoldError: a document is not there, or two files could be it.
    """
    wanted = sorted({s.document for s in gold if s.document is not None})
    if len(wanted) == 1 and len(sources) == 1 and sources[0].is_file():
        return {wanted[0]: sources[0]}
    files = [f for s in sources for f in (sorted(s.rglob("*")) if s.is_dir() else [s])]
    places = {d: [f for f in files if f.is_file() and is_called(f, d)] for d in wanted}
    missing = [d for d in wanted if not places[d]]
    if missing:
        rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise GoldError(
            f"annotated, but not among the sources: {', '.join(missing[:3])}{rest}; "
            "give the files or a folder above them"
        )
    for document, found in places.items():
        if len(found) > 1:
            raise GoldError(f"two sources are called {document}", str(found[1]))
    return {d: found[0] for d, found in places.items()}


def is_called(path: PurePath, document: str) -> bool:
    """Whether `path` ends in the parts of `document`."""
    parts = PurePath(document).parts
    return path.parts[-len(parts) :] == parts
