"""How sure a finding is: probabilities calibrated on summaries that the models had not seen.

A logistic function of the model's own probability (Platt 1999, "Probabilistic outputs for support
vector machines"), raised where readers that know nothing of the model agree: words beside the
mention that speak for the relation, and the lexicon's word on the kind. How often a summary
repeats itself makes no difference. The weights stand in data/model/confidence.json; they are
fitted by tools/crossvalidate.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from kg.extract.findings import MODEL, PAIR_MODEL, Finding
from kg.lexicon import Lexicon
from kg.resources import resource

_LEAST, _MOST = 0.01, 0.99


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of one construct: log-odds = slope * own log-odds + clue + term + intercept.

    `clue` counts where a pattern speaks for the relation, `term` where the lexicon knows the object
    under the same kind; `intercepts` are by relation.
    """

    slope: float
    clue: float
    term: float
    intercepts: Mapping[str, float]


def calibrated(
    finding: Finding, construct: str, lexicon: Lexicon, calibrations: Mapping[str, Calibration]
) -> Finding:
    """The finding with the share of findings like it that proved right as its confidence."""
    weights = calibrations.get(construct)
    if weights is None:
        return finding
    own, clue, term = readers(finding, lexicon)
    odds = weights.slope * own + weights.clue * clue + weights.term * term
    odds += weights.intercepts.get(finding.relation, 0.0)
    return replace(finding, confidence=1 / (1 + math.exp(-odds)))


def readers(finding: Finding, lexicon: Lexicon) -> tuple[float, bool, bool]:
    """The model's log-odds; whether a pattern agrees, and whether the lexicon does."""
    p = min(max(finding.confidence, _LEAST), _MOST)
    clue = any(support.rule not in (MODEL, PAIR_MODEL) for support in finding.support)
    terms = (lexicon.find(label) for label in finding.object.labels)
    term = any(term is not None and term.kind is finding.object.kind for term in terms)
    return math.log(p / (1 - p)), clue, term


@cache
def read_calibrations() -> Mapping[str, Calibration]:
    """The shipped weights, by the construct that they are for."""
    stored = json.loads(resource("data", "model", "confidence.json").read_text("utf-8"))
    return {
        name: Calibration(given["slope"], given["clue"], given["term"], given["intercepts"])
        for name, given in stored.items()
    }
