"""How kinds and relations are shown: words, colours and shapes, the same in every picture.

The colours are those of Okabe & Ito (2008), "Color Universal Design": they stay apart for
colour-blind readers, and a shape for each kind says the same without colour.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from kg.model import Entity, Kind, Paper, Relation


@dataclass(frozen=True, slots=True)
class KindStyle:
    """`shape` is a word of vis-network's list, which the explorer's own drawing shares."""

    plural: str
    colour: str
    shape: str


KINDS: dict[Kind, KindStyle] = {
    Kind.PAPER: KindStyle("Papers", "#0072B2", "square"),
    Kind.METHOD: KindStyle("Methods", "#E69F00", "dot"),
    Kind.LOSS: KindStyle("Losses", "#D55E00", "triangle"),
    Kind.DATASET: KindStyle("Datasets", "#009E73", "triangleDown"),
    Kind.TASK: KindStyle("Tasks", "#CC79A7", "diamond"),
    Kind.METRIC: KindStyle("Metrics", "#F0E442", "star"),
    Kind.CONCEPT: KindStyle("Concepts", "#56B4E9", "hexagon"),
}


@dataclass(frozen=True, slots=True)
class RelationStyle:
    """Words for an edge read from its subject and from its object, and the family it is in."""

    forward: str
    backward: str
    family: str


RELATIONS: dict[Relation, RelationStyle] = {
    Relation.PROPOSES: RelationStyle("proposes", "proposed by", "contribution"),
    Relation.EXTENDS: RelationStyle("extends", "extended by", "prior"),
    Relation.BUILDS_ON: RelationStyle("builds on", "built on by", "prior"),
    Relation.COMPARES_WITH: RelationStyle("compares with", "compared with by", "prior"),
    Relation.CITES: RelationStyle("cites", "cited by", "prior"),
    Relation.USES_METHOD: RelationStyle("uses method", "used by", "use"),
    Relation.USES_LOSS: RelationStyle("uses loss", "loss used by", "use"),
    Relation.USES_DATASET: RelationStyle("uses dataset", "dataset used by", "use"),
    Relation.ADDRESSES_TASK: RelationStyle("addresses task", "task addressed by", "use"),
    Relation.USES_METRIC: RelationStyle("uses metric", "metric used by", "use"),
    Relation.DISCUSSES: RelationStyle("discusses", "discussed by", "topic"),
    Relation.PART_OF: RelationStyle("part of", "has part", "structure"),
    Relation.VARIANT_OF: RelationStyle("variant of", "has variant", "structure"),
    Relation.USED_FOR: RelationStyle("used for", "done with", "structure"),
}

_LONGEST = 40
_LOOSE_END = re.compile(r"( (a|an|and|by|for|from|in|of|on|the|to|via|with)|[ ,;:-])+$", re.I)


def short_label(entity: Entity) -> str:
    """The words that stand beside a node: a paper's title up to its colon, nothing very long."""
    name = " ".join(entity.name.split())
    if isinstance(entity, Paper):
        head, colon, _ = name.partition(":")
        if colon and 1 < len(head) <= _LONGEST:
            return head
    if len(name) <= _LONGEST:
        return name
    return _LOOSE_END.sub("", name[: _LONGEST - 1].rsplit(" ", 1)[0]) + "…"


def link(entity: Entity) -> str:
    """Where a paper can be read: an http(s) address, or "" where there is none that is safe."""
    if not isinstance(entity, Paper):
        return ""
    identifiers = entity.identifiers
    if identifiers.arxiv:
        return "https://arxiv.org/abs/" + _quoted(identifiers.arxiv)
    if identifiers.doi:
        return "https://doi.org/" + _quoted(identifiers.doi)
    url = (identifiers.url or "").strip()
    return url if url.lower().startswith(("http://", "https://")) else ""


def _quoted(part: str) -> str:
    return quote(part, safe="/:;()._-")
