"""report.md: what a build found, for a person who wants to check it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kg.graph import Graph
from kg.model import BETWEEN_ENTITIES, PRIOR_WORK, Assertion, Kind, Paper, Relation

if TYPE_CHECKING:
    from kg.build import Built

LEAST_CERTAIN = 100
"""How many of the least certain assertions are shown with their sentences."""

_GROUPS: tuple[tuple[str, tuple[Relation, ...]], ...] = (
    ("proposes", (Relation.PROPOSES,)),
    ("prior work", PRIOR_WORK),
    ("methods", (Relation.USES_METHOD,)),
    ("losses", (Relation.USES_LOSS,)),
    ("datasets", (Relation.USES_DATASET,)),
    ("tasks", (Relation.ADDRESSES_TASK,)),
    ("metrics", (Relation.USES_METRIC,)),
    ("concepts", (Relation.DISCUSSES,)),
    ("between them", BETWEEN_ENTITIES),
)
"""The lines under each paper."""

_MARKUP = re.compile(r"([\\`*_\[\]<>&|~$#])")


def to_markdown(built: "Built", quotes: bool = True) -> str:
    """The report as Markdown, the same text for the same build.

    `quotes`: whether sentences are shown.
    """
    graph = built.graph
    sections = (
        _overview(built),
        _least_certain(graph, quotes),
        _problems(built),
        _candidates(built),
        _papers(graph),
        _listed(graph),
    )
    return "\n".join(line for section in sections for line in section)


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def summary(built: "Built") -> str:
    """What was found, and what could not be read, in one sentence."""
    graph = built.graph
    summarised = {p for s in graph.sources for p in s.summarises}
    listed = {p for s in graph.sources for p in s.lists} - summarised
    failed = f"; {_count(built.files_failed, 'file')} could not be read"
    return (
        f"{_count(len(summarised), 'paper')} summarised and {len(listed)} listed in "
        f"{_count(len(graph.sources), 'source')}: "
        f"{_count(len(graph.entities), 'entity', 'entities')}, "
        f"{_count(len(graph.assertions), 'assertion')}{failed if built.files_failed else ''}"
    )


def _overview(built: "Built") -> Iterator[str]:
    graph = built.graph
    kinds = Counter(entity.kind for entity in graph.entities)
    yield "# What was found"
    yield ""
    yield summary(built) + "."
    yield ""
    yield "| kind | entities |"
    yield "| --- | ---: |"
    for kind in Kind:
        yield f"| {kind} | {kinds[kind]} |"
    yield ""
    yield "| relation | assertions | sentences |"
    yield "| --- | ---: | ---: |"
    sentences: Counter[Relation] = Counter()
    for assertion in graph.assertions:
        sentences[assertion.relation] += len(assertion.evidence)
    assertions = Counter(assertion.relation for assertion in graph.assertions)
    for relation in Relation:
        yield f"| {relation} | {assertions[relation]} | {sentences[relation]} |"
    yield ""


def _least_certain(graph: Graph, quotes: bool) -> Iterator[str]:
    ranked = sorted(graph.assertions, key=lambda a: (a.confidence, *_key(a)))
    shown = ranked[:LEAST_CERTAIN]
    yield "## Least certain first"
    yield ""
    if len(shown) < len(ranked):
        yield f"The {len(shown)} least certain of {len(ranked)} assertions."
        yield ""
    paths = {source.id: source.path for source in graph.sources}
    for assertion in shown:
        first = assertion.evidence[0]
        subject, object_ = (_name(graph, end) for end in (assertion.subject, assertion.object))
        yield f"- {assertion.confidence:.3f} **{subject}** {assertion.relation} **{object_}**"
        place = escape(f"{paths[first.source]}:{first.line}")
        sentence = f": {escape(first.quote)}" if quotes else ""
        yield f"  ({place}, {escape(first.rule)}){sentence}"
    yield ""


def _problems(built: "Built") -> Iterator[str]:
    if not built.problems:
        return
    yield "## Problems"
    yield ""
    for problem in built.problems:
        yield f"- {escape(f'{problem.path}:{problem.line}')}: {escape(problem.message)}"
    yield ""


def _candidates(built: "Built") -> Iterator[str]:
    if not built.candidates:
        return
    yield "## Could be one, kept apart"
    yield ""
    for candidate in built.candidates:
        first, second = (_name(built.graph, end) for end in (candidate.first, candidate.second))
        yield f"- **{first}** and **{second}**: {escape(candidate.reason)}"
    yield ""


def _papers(graph: Graph) -> Iterator[str]:
    said: defaultdict[tuple[str, str], list[Assertion]] = defaultdict(list)
    for assertion in graph.assertions:
        for key in sorted({(e.source, e.about) for e in assertion.evidence}):
            said[key].append(assertion)
    for source in graph.sources:
        if not source.summarises:
            continue
        yield f"## {escape(source.title or source.path)}"
        yield ""
        for about in source.summarises:
            yield from _paper(graph, about, said[source.id, about])


def _paper(graph: Graph, about: str, assertions: Sequence[Assertion]) -> Iterator[str]:
    yield f"### {_title(graph, about)}"
    yield ""
    for name, relations in _GROUPS:
        chosen = sorted(
            (a for a in assertions if a.relation in relations),
            key=lambda a: (relations.index(a.relation), -a.confidence, *_key(a)),
        )
        if chosen:
            yield f"- {name}: " + "; ".join(_item(graph, about, name, a) for a in chosen)
    yield ""


def _item(graph: Graph, about: str, group: str, assertion: Assertion) -> str:
    words = [_name(graph, assertion.object)]
    if group in ("prior work", "between them"):
        words.insert(0, assertion.relation)
    if assertion.subject != about:
        words.insert(0, _name(graph, assertion.subject))
    return f"{' '.join(words)} ({assertion.confidence:.2f})"


def _listed(graph: Graph) -> Iterator[str]:
    for source in graph.sources:
        if source.lists:
            yield f"## Listed in {escape(source.path)}"
            yield ""
            for paper in source.lists:
                yield f"- {_title(graph, paper)}"
            yield ""


def _key(assertion: Assertion) -> tuple[str, str, str]:
    return assertion.subject, assertion.relation, assertion.object


def _name(graph: Graph, id: str) -> str:
    return escape(graph.by_id[id].name)


def _title(graph: Graph, id: str) -> str:
    paper = graph.by_id[id]
    return escape((isinstance(paper, Paper) and paper.title) or paper.name)
