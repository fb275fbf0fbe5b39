"""Scores as text, CSV and JSON: exact texts for one small evaluation."""

import json

from kg.evaluate import By, Mode, judge_all
from kg.gold import Summary, Triple
from kg.model import Kind, Relation
from kg.score_table import FORMATS, Scores, scores_of

GOLD = Summary(
    "",
    "A paper, again",
    (
        Triple(Relation.PROPOSES, Kind.METHOD, ("FooNet", "Foo"), sentence="We show FooNet."),
        Triple(Relation.PART_OF, Kind.METHOD, ("FooNet",), subject=("bar head",)),
        Triple(Relation.USES_LOSS, Kind.LOSS, ("bar loss",), required=False),
    ),
    "a.md",
)
FOUND = Summary(
    "",
    "A paper, again",
    (
        Triple(Relation.PROPOSES, Kind.METHOD, ("foo",)),
        Triple(Relation.USES_LOSS, Kind.LOSS, ("baz loss",), sentence='A "baz" loss.'),
    ),
    "a.md",
)


def scores(errors: bool) -> Scores:
    judged = judge_all([GOLD], [FOUND], Mode.STRICT)
    return scores_of({Mode.STRICT: judged}, By.RELATION, errors)


def test_text() -> None:
    assert FORMATS["table"](scores(errors=True)) == (
        "mode    name      precision  recall     f1  predicted  required\n"
        "strict  all           0.500   0.500  0.500          2         2\n"
        "strict  partOf        0.000   0.000  0.000          0         1\n"
        "strict  proposes      1.000   1.000  1.000          1         1\n"
        "strict  usesLoss      0.000   0.000  0.000          1         0\n"
        "strict wrong: A paper, again: usesLoss baz loss\n"
        "strict missed: A paper, again: bar head partOf FooNet\n"
    )


def test_csv() -> None:
    assert FORMATS["csv"](scores(errors=False)).splitlines()[:2] == [
        "mode,name,precision,recall,f1,predicted,required",
        "strict,all,0.5,0.5,0.5,2,2",
    ]
    assert FORMATS["csv"](scores(errors=True)) == (
        "mode,error,document,paper,relation,type,subject,label,sentence\n"
        'strict,wrong,a.md,"A paper, again",usesLoss,Loss,,baz loss,"A ""baz"" loss."\n'
        'strict,missed,a.md,"A paper, again",partOf,Method,bar head,FooNet,\n'
    )


def test_json() -> None:
    value = json.loads(FORMATS["json"](scores(errors=True)))
    assert value["scores"][0] == {
        "mode": "strict",
        "name": "all",
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "predicted": 2,
        "required": 2,
    }
    assert [e["error"] for e in value["errors"]] == ["wrong", "missed"]
    assert "errors" not in json.loads(FORMATS["json"](scores(errors=False)))
