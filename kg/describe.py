"""What a look-up finds, as text for a person or as JSON for a program."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from pyoxigraph import NamedNode

from kg.lookup import Details, Related, Step
from kg.query import short


def details_lines(found: Details, base: str) -> Iterator[str]:
    """A node: its facts, then each relation with the sentences behind it, one line each.

    `base` is the IRI below which the graph's nodes are.
    """
    yield f"{found.name} ({found.kind}{f', {found.year}' if found.year else ''})"
    facts: Mapping[str, Iterable[str]] = {
        "id": [short(NamedNode(found.iri), base)],
        "title": [found.title] if found.title and found.title != found.name else [],
        "also": found.aliases,
        "known as": found.identifiers,
        "link": [found.url] if found.url else [],
        "topic": [found.topic] if found.topic else [],
        "in": found.sources,
    }
    for name, values in facts.items():
        if text := ", ".join(values):
            yield f"  {name}: {text}"
    for relation in found.relations:
        yield ""
        yield relation.label
        for other in relation.others:
            yield f"  {other.name} ({other.kind}) {other.confidence:.2f}"
            yield from _sentences(other)


def path_lines(steps: Iterable[Step]) -> Iterator[str]:
    """The steps of a path, each with its sentences."""
    for step in steps:
        yield f"{step.name} -- {step.label} -- {step.other.name} {step.other.confidence:.2f}"
        yield from _sentences(step.other)


def to_json(found: Iterable[Details | Step]) -> str:
    """A JSON array of nodes or steps, with the fields that kg.lookup gives them."""
    return json.dumps([asdict(value) for value in found], ensure_ascii=False, indent=1)


def _sentences(other: Related) -> Iterator[str]:
    for said in other.sentences:
        quote = f"“{said.quote}” " if said.quote else ""
        yield f"    {quote}({said.source}:{said.line}, {said.rule})"
