"""Made-up literature graphs of any size for tests and measurements, always the same ones.

About the proportions of a real build: three edges for two nodes, four papers in ten nodes, three
triples from one sentence, a few datasets and methods that everything uses.
"""

from __future__ import annotations

import random

from kg.graph import Graph
from kg.model import (
    Assertion,
    Entity,
    Evidence,
    Identifiers,
    Kind,
    Paper,
    Relation,
    SourceDocument,
    Span,
    Topic,
)

FIELDS = (
    "Recognition and detection",
    "Generative models",
    "Representation learning",
    "Computational photography",
    "Learning with few labels",
    "Vision and language",
    "Speech and audio",
    "Graphs and molecules",
)
QUALITIES = (
    "adaptive", "aligned", "causal", "coarse", "conditional", "contrastive", "cyclic", "deep",
    "deformable", "dense", "dynamic", "elastic", "factored", "gated", "global", "hidden",
    "hierarchical", "implicit", "inverse", "latent", "local", "masked", "mixed", "modular",
    "momentum", "noisy", "paired", "progressive", "recurrent", "residual", "robust", "sparse",
    "spatial", "spectral", "stochastic", "temporal", "unrolled", "variational", "weighted",
)  # fmt: skip
THINGS = (
    "alignment", "anchor", "attention", "boundary", "caption", "codebook", "contour", "decoder",
    "depth", "diffusion", "discriminator", "distillation", "embedding", "encoder", "feature",
    "flow", "generator", "gradient", "graph", "keypoint", "mask", "memory", "mesh", "mixture",
    "motion", "occlusion", "patch", "pooling", "pose", "prior", "prompt", "pyramid", "query",
    "region", "sampling", "scene", "shape", "style", "teacher", "texture", "token", "voxel",
)  # fmt: skip
PARTS = ("network", "module", "transformer", "head", "search", "training", "bank", "field")
PROBLEMS = ("segmentation", "detection", "synthesis", "retrieval", "tracking", "translation",
            "completion", "captioning", "matching", "restoration")  # fmt: skip
SYLLABLES = ("ar", "bel", "cor", "dex", "fa", "gli", "hy", "ko", "lum", "mi", "no", "pra", "qui",
             "ro", "sel", "tan", "ul", "vex", "wil", "zen")  # fmt: skip
USES = {
    Kind.METHOD: Relation.USES_METHOD,
    Kind.LOSS: Relation.USES_LOSS,
    Kind.DATASET: Relation.USES_DATASET,
    Kind.TASK: Relation.ADDRESSES_TASK,
    Kind.METRIC: Relation.USES_METRIC,
    Kind.CONCEPT: Relation.DISCUSSES,
}


def slug(text: str) -> str:
    return "-".join(text.lower().replace(":", "").replace("/", " ").split())


class _Writer:
    """Collects entities and assertions until the wanted number of nodes is there."""

    def __init__(self, nodes: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.nodes = nodes
        self.entities: dict[str, Entity] = {}
        self.evidence: dict[tuple[str, str, str], list[Evidence]] = {}
        self.confidence: dict[tuple[str, str, str], float] = {}
        self.pools: dict[tuple[Kind, int], list[str]] = {}
        self.papers: list[list[str]] = [[] for _ in FIELDS]

    def name(self, kind: Kind) -> str:
        pick = self.random.choice
        quality, thing = pick(QUALITIES), pick(THINGS)
        if self.random.random() < 0.7:
            quality = f"{quality} {pick(QUALITIES)}"
        if kind is Kind.METHOD:
            return f"{quality} {thing} {pick(PARTS)}"
        if kind is Kind.LOSS:
            return f"{quality} {thing} loss"
        if kind is Kind.DATASET:
            return f"{thing.title()}{pick(SYLLABLES).title()}-{self.random.randint(1, 99)}k"
        if kind is Kind.TASK:
            return f"{quality} {thing} {pick(PROBLEMS)}"
        if kind is Kind.METRIC:
            return f"{thing} {pick(('accuracy', 'score', 'error', 'recall'))}@{pick('1579')}"
        return f"{quality} {thing}"

    def system(self) -> str:
        word = "".join(self.random.choice(SYLLABLES) for _ in range(2))
        return word.title() + self.random.choice(("Net", "GAN", "Former", "CLR", "Mix", "-v2", ""))

    def entity(self, kind: Kind, field: int) -> str:
        """An entity of this kind: usually one that is known in the field, sometimes a new one."""
        shared = kind in (Kind.DATASET, Kind.METRIC) or self.random.random() < 0.25
        pool = self.pools.setdefault((kind, -1 if shared else field), [])
        fresh = {Kind.CONCEPT: 0.8, Kind.METHOD: 0.6}.get(kind, 0.15)
        if pool and self.random.random() > fresh:
            return pool[int(len(pool) * self.random.random() ** 2.2)]
        made = self.add(kind, self.name(kind))
        pool.append(made)
        return made

    def add(self, kind: Kind, name: str) -> str:
        key = f"{kind.lower()}/{slug(name)}"
        words = name.split()
        alias = ("".join(w[0] for w in words).upper(),) if len(words) > 2 else ()
        self.entities.setdefault(key, Entity(key, kind, name, alias))
        return key

    def paper(self, field: int, number: int) -> tuple[str, str]:
        system, year = self.system(), 2014 + int(10 * self.random.random() ** 0.6)
        arxiv = f"{year % 100:02d}{1 + number % 12:02d}.{number % 100000:05d}"
        title = f"{system}: {self.name(Kind.METHOD).capitalize()}s for {self.name(Kind.TASK)}"
        if number % 5 == 0:
            title = f"{self.name(Kind.TASK).capitalize()} with {self.name(Kind.CONCEPT)}s"
        key = f"paper/arxiv-{arxiv}"
        self.entities[key] = Paper(
            key, Kind.PAPER, title, (), title, Identifiers(arxiv=arxiv), year, f"topic/{field}"
        )
        return key, system

    def say(self, about: str, triples: list[tuple[str, Relation, str]]) -> None:
        """One sentence that is the evidence for up to four triples."""
        names = [self.entities[o].name for _, _, o in triples]
        quote = (
            f"The authors start from {names[0]}"
            + "".join(f", combined with {name}" for name in names[1:])
            + f", and show that {self.name(Kind.CONCEPT)} matters most."
        )
        number = len(self.evidence)
        for (subject, relation, object_), name in zip(triples, names, strict=True):
            at = quote.index(name)
            start = number * 180
            self.evidence.setdefault((subject, relation, object_), []).append(
                Evidence(
                    source=f"source/post-{number * 180 // 60000}",
                    span=Span(start, start + len(quote)),
                    mention=Span(start + at, start + at + len(name)),
                    quote=quote,
                    prefix="",
                    suffix="",
                    line=1 + number % 900,
                    rule=("cue-verb", "noun-head", "link-text")[number % 3],
                    about=about,
                )
            )
            self.confidence[subject, relation, object_] = 0.5 + number * 7 % 46 / 100

    def summary(self, field: int, number: int) -> None:
        key, system = self.paper(field, number)
        earlier = self.papers[field]
        earlier.append(key)
        if self.random.random() < 0.35:
            return  # only listed
        triples = []
        proposed = self.add(Kind.METHOD, system)
        triples.append((key, Relation.PROPOSES, proposed))
        for kind, least, most in (
            (Kind.TASK, 1, 1),
            (Kind.METHOD, 2, 4),
            (Kind.LOSS, 0, 2),
            (Kind.DATASET, 0, 2),
            (Kind.METRIC, 0, 1),
            (Kind.CONCEPT, 2, 4),
        ):
            for _ in range(self.random.randint(least, most)):
                triples.append((key, USES[kind], self.entity(kind, field)))
        for _ in range(self.random.randint(0, 2)):
            triples.append((self.entity(Kind.METHOD, field), Relation.PART_OF, proposed))
        for _ in range(self.random.randint(0, 3) if len(earlier) > 1 else 0):
            kind = self.random.choice(
                (Relation.EXTENDS, Relation.BUILDS_ON, Relation.COMPARES_WITH, Relation.CITES)
            )
            triples.append((key, kind, earlier[self.random.randrange(len(earlier) - 1)]))
        kept = [t for t in dict.fromkeys(triples) if t[0] != t[2]]
        for i in range(0, len(kept), 4):
            self.say(key, kept[i : i + 4])

    def graph(self) -> Graph:
        number = 0
        while len(self.entities) < self.nodes:
            number += 1
            field = int(len(FIELDS) * self.random.random() ** 1.3)
            self.summary(field, number)
        entities = dict(sorted(self.entities.items()))
        assertions = [
            Assertion(s, Relation(r), o, tuple(evidence), round(self.confidence[s, r, o], 3))
            for (s, r, o), evidence in sorted(self.evidence.items())
        ]
        told: dict[str, set[str]] = {}
        for assertion in assertions:
            for e in assertion.evidence:
                told.setdefault(e.source, set()).add(e.about)
        papers = {k for k in entities if k.startswith("paper/")}
        listed = papers.difference(*told.values())
        sources = [
            SourceDocument(
                key,
                f"{key.split('/')[1]}.md",
                f"Notes on papers, part {number}",
                "MIT",
                tuple(sorted(about)),
                tuple(sorted(listed)) if number == 1 else (),
            )
            for number, (key, about) in enumerate(sorted(told.items()), start=1)
        ]
        return Graph(
            tuple(entities.values()),
            tuple(Topic(f"topic/{i}", name) for i, name in enumerate(FIELDS)),
            tuple(sources),
            tuple(assertions),
        )


def literature(nodes: int, seed: int = 1) -> Graph:
    """A graph of about `nodes` nodes; the same for the same arguments."""
    return _Writer(nodes, seed).graph()
