"""Extraction: a parsed summary to findings, each with the words that say it.

Candidates are scored once; the extractors in EXTRACTORS then read the same things, each for its
own construct.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

from kg.annotate import Annotation
from kg.extract.candidates import extract_candidates
from kg.extract.confidence import calibrated, read_calibrations
from kg.extract.decide import Thing, Thresholds, decide, read_thresholds
from kg.extract.features import PageFeatures
from kg.extract.findings import Finding
from kg.extract.pairs import extract_pairs
from kg.extract.prior_work import extract_prior_work
from kg.extract.proposals import settle_proposals
from kg.extract.relations import extract_relations
from kg.extract.relevance import Model, Scored, read_model, score
from kg.extract.trees import Linear
from kg.extract.words import Page, to_page
from kg.lexicon import Lexicon, read_heads, read_lexicon, read_words

Extractor = Callable[[Page, tuple[Thing, ...]], Iterable[Finding]]


class ThingModels(Protocol):
    """The fitted models that extractors ask about things: a `Model`, or what stands for one."""

    @property
    def kinds(self) -> Linear:
        """Tells the kinds of prior work apart."""

    @property
    def pairs(self) -> Linear:
        """Tells what two things are to each other."""


def extractors(thresholds: Thresholds, model: ThingModels) -> Mapping[str, Extractor]:
    """The extractors in their order, by the construct that each one reads."""
    return {
        "relations": extract_relations,
        "prior work": extract_prior_work,
        "pairs": partial(extract_pairs, model=model.pairs, least=thresholds.pair),
    }


def extract_findings(
    scored: Scored, thresholds: Thresholds, model: ThingModels
) -> Iterator[tuple[str, Finding]]:
    """Everything that a scored page says, with the name of the extractor that read it."""
    things = settle_proposals(scored.page, tuple(decide(scored, thresholds, model.kinds)))
    for construct, extractor in extractors(thresholds, model).items():
        for finding in extractor(scored.page, things):
            yield construct, finding


def score_page(page: Page, lexicon: Lexicon, model: Model) -> Scored:
    """Candidates of a page with their probabilities."""
    candidates = extract_candidates(page, lexicon)
    features = PageFeatures(page, candidates, lexicon, read_heads(), read_words("generic-words"))
    return score(page, candidates, features, model)


def extract(annotation: Annotation) -> tuple[Page, tuple[Finding, ...]]:
    """The page of an annotated document and its findings, with the shipped model."""
    page = to_page(annotation)
    model, lexicon, calibrations = read_model(), read_lexicon(), read_calibrations()
    found = extract_findings(score_page(page, lexicon, model), read_thresholds(), model)
    return page, tuple(
        calibrated(finding, construct, lexicon, calibrations) for construct, finding in found
    )
