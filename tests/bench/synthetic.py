"""Graphs of any size for measurements: the same arguments give the same graph."""

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

_TARGETS = {
    Relation.PROPOSES: Kind.METHOD,
    Relation.USES_METHOD: Kind.METHOD,
    Relation.USES_LOSS: Kind.LOSS,
    Relation.USES_DATASET: Kind.DATASET,
    Relation.ADDRESSES_TASK: Kind.TASK,
    Relation.USES_METRIC: Kind.METRIC,
    Relation.DISCUSSES: Kind.CONCEPT,
    Relation.EXTENDS: Kind.PAPER,
    Relation.BUILDS_ON: Kind.PAPER,
    Relation.COMPARES_WITH: Kind.PAPER,
    Relation.CITES: Kind.PAPER,
}
_ADJECTIVES = ("deep", "sparse", "robust", "neural", "learned", "latent", "causal", "hybrid")
_NOUNS = ("field", "encoder", "prior", "transport", "flow", "memory", "kernel", "router")
_SHARES = {Kind.METHOD: 0.5, Kind.LOSS: 0.1, Kind.DATASET: 0.15, Kind.TASK: 0.1,
           Kind.METRIC: 0.05, Kind.CONCEPT: 0.3}  # fmt: skip


def synthetic_graph(papers: int, seed: int = 1) -> Graph:
    """`papers` summarised papers with 13 assertions each: about 290 triples a paper.

    Entities are chosen by a power law, so that there are hubs as in a real graph.
    """
    choose = random.Random(seed)
    topics = tuple(
        Topic(f"topic/area-{n}", f"Area {n}", "topic/area-0" if n else None) for n in range(12)
    )
    ids = {
        Kind.PAPER: [f"paper/arxiv-{1500 + n % 1000}.{n // 1000 + 10000}" for n in range(papers)]
    }
    entities: list[Entity] = []
    for n, id_ in enumerate(ids[Kind.PAPER]):
        title = f"{_word(choose)} {_word(choose)} for problem {n}"
        arxiv = id_.removeprefix("paper/arxiv-")
        entities.append(
            Paper(
                id_, Kind.PAPER, title, title=title, year=2005 + n % 20,
                identifiers=Identifiers(arxiv, None, f"https://arxiv.org/abs/{arxiv}"),
                topic=topics[n % 12].id,
            )
        )  # fmt: skip
    for kind, share in _SHARES.items():
        count = max(3, int(papers * share))
        ids[kind] = [f"{kind.lower()}/{kind.lower()}-{n}" for n in range(count)]
        entities += (
            Entity(id_, kind, f"{_word(choose)} {kind.lower()} {n}", (f"{kind[0]}{n}",))
            for n, id_ in enumerate(ids[kind])
        )
    per_source = 50
    sources = tuple(
        SourceDocument(
            f"source/notes-{n}-md", f"notes-{n}.md", f"Notes {n}", "MIT",
            summarises=tuple(ids[Kind.PAPER][n * per_source : (n + 1) * per_source]),
        )
        for n in range(-(-papers // per_source))
    )  # fmt: skip
    assertions: list[Assertion] = []
    for n, subject in enumerate(ids[Kind.PAPER]):
        wanted = [*_TARGETS, Relation.USES_METHOD, Relation.DISCUSSES]
        taken = {subject}
        for place, relation in enumerate(wanted):
            pool = ids[_TARGETS[relation]]
            target = pool[int(len(pool) * choose.random() ** 3)]
            if target in taken:
                continue
            taken.add(target)
            start = (n % per_source) * 3000 + place * 200
            quote = (
                f"Problem {n} is solved by a {_word(choose)} with a {_word(choose)}, which "
                f"{relation} the {_word(choose)} of {target.rpartition('/')[2]}."
            )
            evidence = Evidence(
                sources[n // per_source].id, Span(start, start + len(quote)),
                Span(start + 4, start + 20), quote, "before ", " after", start // 80 + 1,
                f"rule-{place}", subject,
            )  # fmt: skip
            confidence = choose.randrange(300, 1000) / 1000
            assertions.append(Assertion(subject, relation, target, (evidence,), confidence))
    return Graph(tuple(entities), topics, sources, tuple(assertions)).canonical()


def _word(choose: random.Random) -> str:
    return f"{choose.choice(_ADJECTIVES)} {choose.choice(_NOUNS)}"
