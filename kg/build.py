"""Sources in, graph out: the only module that knows the order of the stages.

The stages are imported when a build runs: `import kg` brings this module along and has to be light.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import NoPapersError, SourceError
from kg.graph import Graph
from kg.model import PRIOR_WORK, Document, Paper, Problem, Reading, Relation

if TYPE_CHECKING:
    from kg.corrections import Corrections
    from kg.resolve import Extracted, MergeCandidate

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and how much there is."""

DEFAULT_CONFIDENCE = 0.37
"""What gives the best F1 on sources that were left out (docs/extraction.md).

Prior work is kept whatever its confidence: that a paper is named or linked is surer than what it
is to the other, and a doubtful relation is worth more to a reader than a missing paper.
"""

CORRECTIONS = Path("corrections.tsv")
"""Replayed when it lies in the current folder and no other file is named."""


@dataclass(frozen=True, slots=True)
class Built:
    """A build: the graph, and what its maker should know about it.

    `candidates` could be one thing and were not merged. `files_read` and `files_failed` count
    the sources. `pipeline` is the language pipeline that read them, None where none was needed.
    """

    graph: Graph
    problems: tuple[Problem, ...]
    candidates: tuple[MergeCandidate, ...]
    files_read: int
    files_failed: int
    pipeline: str | None = None


def build(
    sources: str | Path | Sequence[str | Path],
    *,
    min_confidence: float | None = None,
    pipeline: str | None = None,
    corrections: str | Path | None = None,
    progress: Progress | None = None,
) -> Graph:
    """The graph of these files and folders; see `build_report`."""
    return build_report(
        sources,
        min_confidence=min_confidence,
        pipeline=pipeline,
        corrections=corrections,
        progress=progress,
    ).graph


def build_report(
    sources: str | Path | Sequence[str | Path],
    *,
    min_confidence: float | None = None,
    pipeline: str | None = None,
    corrections: str | Path | None = None,
    progress: Progress | None = None,
) -> Built:
    """Read, annotate, extract and resolve.

    sources: files and folders of summaries, or one of them.
    min_confidence: leave out assertions below it.
    pipeline: name of another spaCy pipeline.
    corrections: a corrections file; corrections.tsv of the current folder where there is one.

    Raises SourceError where a source that was named cannot be read, NoPapersError where nothing
    that was read holds a paper, PipelineError and LexiconError.
    """
    from kg.annotate import DEFAULT_PIPELINE
    from kg.lexicon import read_lexicon
    from kg.read import read_sources
    from kg.resolve import resolve

    paths = [Path(s) for s in ([sources] if isinstance(sources, str | Path) else sources)]
    if not paths:
        raise SourceError("no source named; give files or folders of summaries")
    tell = progress or _untold
    readings = _without_twins(read_sources(paths, _root(paths)))
    problems = tuple(p for r in readings for p in r.problems)
    failed = sum(1 for r in readings if r.problems and not (r.documents or r.listed))
    if not any(r.documents or r.listed for r in readings):
        if failed == len(readings) and problems:
            first = problems[0]
            raise SourceError(first.message, f"{first.path}:{first.line}")
        raise NoPapersError(
            "read, and no paper found; a paper is a heading with a link, a note about one "
            "paper, or a list of linked titles",
            ", ".join(str(p) for p in paths),
        )
    wanted = _corrections(corrections)
    documents = [d for r in readings for d in r.documents]
    extracted = _extract(documents, pipeline, tell)
    tell("resolving", 0, 1)
    resolved = resolve(readings, extracted, read_lexicon(), wanted, _licences(readings, paths))
    tell("resolving", 1, 1)
    graph = sure(resolved.graph, min_confidence)
    ids = graph.by_id
    candidates = tuple(c for c in resolved.candidates if c.first in ids and c.second in ids)
    used = (pipeline or DEFAULT_PIPELINE) if documents else None
    return Built(graph, problems, candidates, len(readings) - failed, failed, used)


def _untold(*_: object) -> None:
    """Progress that nobody asked for."""


def _root(paths: Sequence[Path]) -> Path | None:
    """The folder that paths in the graph are relative to: the one folder, or the common parent."""
    if len(paths) == 1:
        return None
    parents = [p if p.is_dir() else p.parent for p in (path.resolve() for path in paths)]
    above_first = (parents[0], *parents[0].parents)
    return next((p for p in above_first if all(q.is_relative_to(p) for q in parents)), None)


def _without_twins(readings: Iterable[Reading]) -> list[Reading]:
    """Each source once, though a file was named and its folder too."""
    unique: dict[str, Reading] = {}
    for reading in readings:
        unique.setdefault(reading.source.path, reading)
    return list(unique.values())


def _corrections(path: str | Path | None) -> Corrections:
    from kg.corrections import Corrections, read_corrections

    if path is not None:
        return read_corrections(Path(path))
    return read_corrections(CORRECTIONS) if CORRECTIONS.is_file() else Corrections()


def _extract(
    documents: Sequence[Document], pipeline: str | None, tell: Progress
) -> list[Extracted]:
    if not documents:
        return []
    tell("loading the language pipeline", 0, len(documents))
    from kg.annotate import annotate, load_pipeline
    from kg.extract import extract
    from kg.resolve import Extracted

    found = []
    for done, annotation in enumerate(annotate(documents, load_pipeline(pipeline)), 1):
        found.append(Extracted(*extract(annotation)))
        tell("extracting", done, len(documents))
    return found


def sure(graph: Graph, confidence: float | None = None) -> Graph:
    """The graph above a confidence; without one, above DEFAULT_CONFIDENCE and with prior work."""
    if confidence is not None:
        return above(graph, confidence)
    return above(graph, DEFAULT_CONFIDENCE, PRIOR_WORK)


def above(graph: Graph, confidence: float, always: Collection[Relation] = ()) -> Graph:
    """The graph without assertions below a confidence, and without things that only they named.

    Relations in `always` are kept.
    """
    kept = tuple(a for a in graph.assertions if a.confidence >= confidence or a.relation in always)
    if len(kept) == len(graph.assertions):
        return graph
    ends = {end for a in kept for end in (a.subject, a.object)}
    entities = tuple(
        e for e in graph.entities if e.id in ends or (isinstance(e, Paper) and e.title is not None)
    )
    return replace(graph, entities=entities, assertions=kept)


_SPDX = re.compile(r"^SPDX-License-Identifier:\s*(\S+)", re.MULTILINE)


def _licences(readings: Sequence[Reading], paths: Sequence[Path]) -> dict[str, str]:
    """Source path -> SPDX id, from FILE.license beside the file (reuse.software)."""
    found = {}
    roots = [_root(paths) or (p if p.is_dir() else p.parent) for p in paths]
    for reading in readings:
        for root in roots:
            notice = root / f"{reading.source.path}.license"
            if notice.is_file() and (match := _SPDX.search(notice.read_text("utf-8", "replace"))):
                found[reading.source.path] = match[1]
                break
    return found


def write_exports(
    built: Built, folder: Path, quotes: bool = True, progress: Progress | None = None
) -> tuple[Path, ...]:
    """graph.ttl, graph.graphml, graph.html and report.md in `folder`, each written in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    tell = progress or _untold
    graph = built.graph if quotes else without_quotes(built.graph)
    written = []
    writers = tuple(_writers(built, graph, quotes))
    for done, (name, write) in enumerate(writers):
        tell("writing", done, len(writers))
        write(folder / name)
        written.append(folder / name)
    tell("writing", len(writers), len(writers))
    return tuple(written)


def _writers(
    built: Built, graph: Graph, quotes: bool
) -> Iterator[tuple[str, Callable[[Path], None]]]:
    from kg.explorer.page import write_explorer
    from kg.export.network import write_graphml
    from kg.output import write_text
    from kg.rdf import description_of, write_turtle
    from kg.report import to_markdown

    about = description_of(graph, built.pipeline)
    yield "graph.ttl", lambda path: write_turtle(graph, path, description=about, quotes=quotes)
    yield "graph.graphml", lambda path: write_graphml(graph, path)
    yield "graph.html", lambda path: write_explorer(graph, path)
    yield "report.md", lambda path: write_text(path, to_markdown(built, quotes))


def without_quotes(graph: Graph) -> Graph:
    """The graph without the words of its sources, for people who may not publish them."""
    return replace(
        graph,
        assertions=tuple(
            replace(
                a,
                evidence=tuple(replace(e, quote="", prefix="", suffix="") for e in a.evidence),
            )
            for a in graph.assertions
        ),
    )
