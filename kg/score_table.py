"""Scores and errors of an evaluation as text: a table, CSV or JSON."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kg.evaluate import By, Judgement, Mode, Row, tabulate
from kg.gold import Triple
from kg.text_table import to_lines

SCORES = ("mode", "name", "precision", "recall", "f1", "predicted", "required")
"""Columns of a score table. `predicted` and `required` count triples."""

ERRORS = ("mode", "error", "document", "paper", "relation", "type", "subject", "label", "sentence")
"""Columns of an error list. `error` is "wrong" or "missed"."""

Record = tuple[str | float | int, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """What is printed: one record a row, in the order of SCORES and ERRORS.

    `errors` is None where nobody asked for them.
    """

    rows: tuple[Record, ...]
    errors: tuple[Record, ...] | None = None


def scores_of(
    judged: Mapping[Mode, Sequence[Judgement]], by: By | None = None, errors: bool = False
) -> Scores:
    """The scores of each mode, split as `by` says; `errors` says whether to list them."""
    return Scores(
        tuple(
            r for mode, found in judged.items() for r in score_records(tabulate(found, mode, by))
        ),
        tuple(r for mode, found in judged.items() for r in error_records(found, mode))
        if errors
        else None,
    )


def score_records(rows: Iterable[Row]) -> tuple[Record, ...]:
    """Rows as records, figures rounded to three decimals."""
    return tuple(
        (
            row.mode.value,
            row.name,
            round(row.counts.precision, 3),
            round(row.counts.recall, 3),
            round(row.counts.f1, 3),
            row.counts.predicted,
            row.counts.required,
        )
        for row in rows
    )


def error_records(judgements: Iterable[Judgement], mode: Mode) -> tuple[Record, ...]:
    """Every wrong and every missed triple, paper by paper."""

    def records(judgement: Judgement, error: str, triples: Sequence[Triple]) -> Iterator[Record]:
        for t in triples:
            subject = t.subject[0] if t.subject else ""
            said = (t.relation.value, t.kind.value, subject, t.labels[0], t.sentence)
            yield (mode.value, error, judgement.document or "", judgement.title, *said)

    return tuple(
        record
        for judgement in judgements
        for error, triples in (("wrong", judgement.wrong), ("missed", judgement.missed))
        for record in records(judgement, error, triples)
    )


def to_text(scores: Scores) -> str:
    """Aligned columns; the errors below, one line each."""
    cells = ([_cell(value) for value in row] for row in scores.rows)
    text = list(to_lines(SCORES, cells))
    for mode, error, _, paper, relation, _, subject, label, _ in scores.errors or ():
        said = f"{subject} {relation} {label}" if subject else f"{relation} {label}"
        text.append(f"{mode} {error}: {paper}: {said}")
    return "\n".join(text) + "\n"


def to_csv(scores: Scores) -> str:
    """The scores; where errors were asked for, the errors instead."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if scores.errors is None:
        writer.writerow(SCORES)
        writer.writerows(scores.rows)
    else:
        writer.writerow(ERRORS)
        writer.writerows(scores.errors)
    return out.getvalue()


def to_json(scores: Scores) -> str:
    """{"scores": [...], "errors": [...]}, the latter where it was asked for."""
    value = {"scores": [dict(zip(SCORES, row, strict=True)) for row in scores.rows]}
    if scores.errors is not None:
        value["errors"] = [dict(zip(ERRORS, row, strict=True)) for row in scores.errors]
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _cell(value: str | float | int) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


FORMATS: Mapping[str, Callable[[Scores], str]] = MappingProxyType(
    {"table": to_text, "csv": to_csv, "json": to_json}
)
"""Name of a format -> the function that writes it."""
