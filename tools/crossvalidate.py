"""How well extraction does on sources that its models were not fitted on.

usage: python tools/crossvalidate.py GOLD=TEXTS ... [--also GOLD=TEXTS] [--unseen GOLD=TEXTS]

Leaves out every source in turn (the notes of one author, one file of abstracts), fits on the others
without the papers that the source summarises too, and scores what is then found in it. A file
given as --also is fitted on every time and not scored; one given as --unseen is scored only, by a
model fitted on all the others.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click
import numpy as np

from kg.evaluate import By, Judgement, Mode, agrees, identifier, judge, tabulate
from kg.extract import extract_findings
from kg.extract.confidence import Calibration, calibrated, read_calibrations, readers
from kg.extract.decide import read_thresholds
from kg.extract.findings import Finding
from kg.extract.relevance import score
from kg.extract.vectors import read_vectors
from kg.gold import Summary, Triple, parse_gold
from kg.lexicon import Lexicon, read_lexicon
from kg.model import PRIOR_WORK, Relation
from kg.resources import resource
from kg.text_table import to_lines
from tools.ablations import ABLATIONS, Rules, score_by_rules, without
from tools.training import Example, fit, read_examples

BINS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FINEST = 0.05
"""Steps of confidence in which the default threshold is looked for."""

LIMITS = tuple(round(FINEST * i, 2) for i in range(20))


@dataclass(frozen=True)
class Found:
    """What was found in one annotated summary; `source` is what was left out with it.

    `sort` is "notes" where its file holds one summary, "lists" where it holds many, or "unseen".
    """

    source: str
    sort: str
    gold: Summary
    findings: tuple[tuple[str, Finding], ...]


# ------------------------------------------------------------------------------- folds


def fold_sources(examples: Sequence[Example], folds: int) -> list[list[str]]:
    """The sources, each by itself, or dealt into so many folds of like size."""
    sizes: defaultdict[str, int] = defaultdict(int)
    for example in examples:
        sizes[example.group] += 1
    order = sorted(sizes, key=lambda g: (-sizes[g], g))
    if not 0 < folds < len(order):
        return [[g] for g in order]
    dealt: list[list[str]] = [[] for _ in range(folds)]
    for g in order:
        min(dealt, key=lambda fold: sum(sizes[x] for x in fold)).append(g)
    return dealt


def find_in(
    sources: Sequence[str], fitted: Sequence[Example], held: Sequence[Example], off: str | None
) -> list[Found]:
    """Fit on what shares neither source nor paper with `held`, and read `held`."""
    names = set().union(*(e.names for e in held))
    others = [e for e in fitted if e.group not in sources and not e.names & names]
    with without(off):
        model = Rules() if off == "model" else fit(others, read_vectors())
        found = []
        for e in held:
            scored = (
                score_by_rules(e)
                if isinstance(model, Rules)
                else score(e.page, e.candidates, e.features, model)
            )
            findings = tuple(extract_findings(scored, read_thresholds(), model))
            found.append(Found(e.group, _sort(e), _summary(e), findings))
    return found


def _sort(example: Example) -> str:
    return "notes" if "__" in (example.paper.get("document") or "") else "lists"


def _summary(example: Example) -> Summary:
    (summary,) = parse_gold({"papers": [example.paper]}, example.group)
    return summary


# ----------------------------------------------------------------------------- scoring


def to_triples(findings: Sequence[Finding]) -> tuple[Triple, ...]:
    """Findings as evaluation compares them, each triple once."""
    kept: dict[tuple[object, ...], Triple] = {}
    for f in findings:
        subject = f.subject.labels if f.subject else ()
        triple = Triple(
            f.relation, f.object.kind, f.object.labels, subject, identifier(f.object.identifiers)
        )
        kept.setdefault((f.relation, f.object.kind, f.object.labels[0], subject[:1]), triple)
    return tuple(kept.values())


def judgements(
    found: Sequence[Found], mode: Mode, least: float, relations: Sequence[Relation]
) -> tuple[Judgement, ...]:
    """Every summary held against its gold, findings below `least` left out."""
    return tuple(
        replace(
            judge(
                f.gold,
                to_triples([x for _, x in f.findings if x.confidence >= least]),
                mode,
                relations,
            ),
            document=f.source,
        )
        for f in found
    )


_ALL = tuple(Relation)


def score_rows(found: Sequence[Found], least: float) -> Iterator[tuple[str, ...]]:
    """A line a source: precision, recall and F1 of all, F1 of entities, prior work, proposals."""

    def line(name: str, part: Sequence[Found]) -> tuple[str, ...]:
        strict = tabulate(judgements(part, Mode.STRICT, least, _ALL), Mode.STRICT)[0].counts
        others = [
            tabulate(judgements(part, mode, least, relations), mode)[0].counts.f1
            for mode, relations in (
                (Mode.ENTITY, _ALL),
                (Mode.STRICT, PRIOR_WORK),
                (Mode.STRICT, (Relation.PROPOSES,)),
            )
        ]
        figures = (strict.precision, strict.recall, strict.f1, *others)
        return (name, str(len(part)), *(f"{x:.3f}" for x in figures))

    by_source: defaultdict[str, list[Found]] = defaultdict(list)
    for f in found:
        by_source[f.source].append(f)
    for name in sorted(by_source):
        yield line(name, by_source[name])
    for sort in sorted({f.sort for f in found}):
        yield line(f"all {sort}", [f for f in found if f.sort == sort])


def reliability_rows(found: Sequence[Found]) -> Iterator[tuple[str, ...]]:
    """Findings by confidence: how many, how sure on average, and how many of them are right."""
    pairs = [
        (finding.confidence, right)
        for f in found
        for (_, finding), right in zip(f.findings, rights(f), strict=True)
    ]
    for low, high in pairwise(BINS):
        inside = [(p, r) for p, r in pairs if low <= p < high or p == high == BINS[-1]]
        if inside:
            p, r = np.mean(inside, axis=0)
            yield f"{low:.1f}-{high:.1f}", str(len(inside)), f"{p:.2f}", f"{r:.2f}"


def rights(found: Found) -> list[bool]:
    """For each finding whether the gold says it."""
    offered = [to_triples([finding])[0] for _, finding in found.findings]
    return [any(agrees(t, o, Mode.STRICT) for t in found.gold.triples) for o in offered]


# ------------------------------------------------------------------------- calibration


def calibrate(found: Sequence[Found], lexicon: Lexicon) -> dict[str, Calibration]:
    """Platt's logistic function for each construct, from findings of sources left out."""
    from sklearn.linear_model import LogisticRegression

    rows: defaultdict[str, list[tuple[float, bool, bool, str, bool]]] = defaultdict(list)
    for f in found:
        for (construct, finding), right in zip(f.findings, rights(f), strict=True):
            rows[construct].append((*readers(finding, lexicon), finding.relation.value, right))
    fitted = {}
    for construct, given in sorted(rows.items()):
        relations = sorted({r for *_, r, _ in given})
        x = np.array([[a, b, c, *(r == n for n in relations)] for a, b, c, r, _ in given], float)
        proved = [right for *_, right in given]
        model = LogisticRegression(C=10.0, max_iter=1000).fit(x, proved)
        for reader in (1, 2):  # Agreement never lowers a confidence.
            if model.coef_[0][reader] < 0:
                x[:, reader] = 0
                model = LogisticRegression(C=10.0, max_iter=1000).fit(x, proved)
        slope, clue, term, *intercepts = (round(float(w), 3) for w in model.coef_[0])
        base = float(model.intercept_[0])
        fitted[construct] = Calibration(
            slope,
            clue,
            term,
            {n: round(w + base, 3) for n, w in zip(relations, intercepts, strict=True)},
        )
    return fitted


def with_confidence(
    found: Sequence[Found], calibrations: Mapping[str, Calibration], lexicon: Lexicon
) -> list[Found]:
    """The same findings, as sure as `calibrations` make them."""
    return [
        replace(
            f,
            findings=tuple((c, calibrated(x, c, lexicon, calibrations)) for c, x in f.findings),
        )
        for f in found
    ]


def to_json(calibrations: Mapping[str, Calibration]) -> str:
    """As data/model/confidence.json holds them."""
    stored: dict[str, dict[str, Any]] = {
        name: {"slope": c.slope, "clue": c.clue, "term": c.term, "intercepts": dict(c.intercepts)}
        for name, c in calibrations.items()
    }
    return json.dumps(stored, indent=1) + "\n"


# -------------------------------------------------------------------------------- main


@click.command(help=__doc__)
@click.argument("pairs", nargs=-1, required=True, metavar="GOLD=TEXTS...")
@click.option("--also", multiple=True, metavar="GOLD=TEXTS", help="Fitted on, never left out.")
@click.option("--unseen", multiple=True, metavar="GOLD=TEXTS", help="Scored, never fitted on.")
@click.option("--folds", default=0, help="Leave out several sources at once, in so many folds.")
@click.option("--jobs", default=2, show_default=True, help="Folds fitted at once.")
@click.option("--without", "off", type=click.Choice(sorted(ABLATIONS)), help="Leave out a part.")
@click.option("--share", default=1.0, help="Fit on this share of the papers only.")
@click.option("--only", multiple=True, metavar="SOURCE", help="Leave out only these in turn.")
@click.option("--calibrate", "calibrating", is_flag=True, help="Fit data/model/confidence.json.")
@click.option("--by", type=click.Choice(["relation", "type"]), help="One more table.")
@click.option("--errors", is_flag=True, help="The labels most often wrong, and most often missed.")
def main(
    pairs: tuple[str, ...],
    also: tuple[str, ...],
    unseen: tuple[str, ...],
    folds: int,
    jobs: int,
    off: str | None,
    share: float,
    only: tuple[str, ...],
    calibrating: bool,
    by: str | None,
    errors: bool,
) -> None:
    with without(off):
        fitted, more, held = (read_examples(_files(given)) for given in (pairs, also, unseen))
    tasks = [(s, [e for e in fitted if e.group in s]) for s in fold_sources(fitted, folds)]
    tasks = [(s, e) for s, e in tasks if not only or set(s) & set(only)]
    tasks += [([g], [e for e in held if e.group == g]) for g in sorted({e.group for e in held})]
    some = [*fitted, *more][:: max(1, round(1 / share))]
    found: list[Found] = []
    with ProcessPoolExecutor(jobs, get_context("fork"), max_tasks_per_child=None) as pool:
        runs = [pool.submit(find_in, sources, some, part, off) for sources, part in tasks]
        for (sources, _), run in zip(tasks, runs, strict=True):
            unseen_too = not any(e.group in sources for e in fitted)
            found += [replace(f, sort="unseen") if unseen_too else f for f in run.result()]
            click.echo(f"left out {', '.join(sources)}", err=True)
    lexicon = read_lexicon()
    calibrations = read_calibrations()
    if calibrating:
        names = {e.group for e in fitted}
        calibrations = calibrate([f for f in found if f.source in names], lexicon)
        resource("data", "model", "confidence.json").write_text(to_json(calibrations), "utf-8")
    found = with_confidence(found, calibrations, lexicon)
    _print(found, by, errors)


def _print(found: Sequence[Found], by: str | None, errors: bool) -> None:
    from kg.build import DEFAULT_CONFIDENCE

    columns = ("source", "papers", "precision", "recall", "F1", "entity", "prior work", "proposes")
    click.echo("\n".join(to_lines(columns, score_rows(found, DEFAULT_CONFIDENCE))))
    judged = judgements(found, Mode.STRICT, DEFAULT_CONFIDENCE, _ALL)
    if by:
        rows = tabulate(judged, Mode.STRICT, By(by))
        cells = (
            (r.name, *(f"{x:.3f}" for x in (r.counts.precision, r.counts.recall, r.counts.f1)),
             str(r.counts.required))
            for r in rows
        )  # fmt: skip
        click.echo()
        click.echo("\n".join(to_lines((by, "precision", "recall", "F1", "required"), cells)))
    click.echo()
    confidences = ("confidence", "findings", "mean", "right")
    click.echo("\n".join(to_lines(confidences, reliability_rows(found))))
    click.echo()
    limits = []
    for least in LIMITS:
        counts = tabulate(judgements(found, Mode.STRICT, least, _ALL), Mode.STRICT)[0].counts
        limits.append(
            (f"{least:.2f}", *(f"{x:.3f}" for x in (counts.precision, counts.recall, counts.f1)))
        )
    click.echo("\n".join(to_lines(("min-confidence", "precision", "recall", "F1"), limits)))
    if errors:
        click.echo()
        click.echo("\n".join(to_lines(("error", "relation", "label", "times"), _errors(judged))))


_SHOWN = 15


def _errors(judged: Sequence[Judgement]) -> Iterator[tuple[str, ...]]:
    for name in ("wrong", "missed"):
        times: defaultdict[tuple[str, str], int] = defaultdict(int)
        for j in judged:
            for triple in getattr(j, name):
                times[triple.relation.value, triple.labels[0].lower()] += 1
        worst = sorted(times.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        for (relation, label), n in worst:
            yield name, relation, label, str(n)


def _files(pairs: Sequence[str]) -> list[tuple[Path, Path]]:
    split = [pair.partition("=") for pair in pairs]
    return [(Path(gold), Path(texts or Path(gold).parent)) for gold, _, texts in split]


if __name__ == "__main__":
    main()
