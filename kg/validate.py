"""Does a written graph hold what the vocabulary promises?

Two sets of checks, both data: the SHACL shapes in ontology/shapes.ttl, run by pySHACL, and the
queries in data/checks/ for what has to look at the whole graph. A check finds; printing is for
others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, Triple, parse

from kg.errors import ExportsError
from kg.resources import resource
from kg.store import base_of, memory_store, rdflib_copy
from kg.vocabulary import KG, OA, RDF, prefixes

QUOTATION_SHAPE = "https://w3id.org/paperkg/shapes#QuotationShape"
"""What a graph written without quotations does not have to conform to."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong. `line` is 0 where the node is not found in the file.

    `node` and `path` are IRIs in short form (paper:arxiv-1912.01865, kg:confidence); `path` and
    `value` are "" where the check names none.
    """

    file: str
    line: int
    node: str
    path: str
    message: str
    value: str = ""

    @property
    def place(self) -> str:
        """file:line, or the file alone."""
        return f"{self.file}:{self.line}" if self.line else self.file


def validate(path: Path) -> list[Finding]:
    """What is wrong with a graph, in the order of its file; [] where it conforms.

    `path` is an RDF file (the ending says the format) or a folder with a graph.ttl. A file that
    does not parse is one finding, at the line that the parser names.

    Raises:
        ExportsError: there is no such file, or its ending names no RDF format.
    """
    file = path / "graph.ttl" if path.is_dir() else path
    rdf_format = RdfFormat.from_extension(file.suffix.lstrip("."))
    if not file.is_file():
        what = "no graph.ttl in this folder" if path.is_dir() else "no such file"
        raise ExportsError(f"{what}: name a graph, or a folder that `kg build` wrote", str(path))
    if rdf_format is None:
        raise ExportsError("the ending names no RDF format (ttl, nt, nq, trig, rdf, jsonld)",
                           str(file))  # fmt: skip
    try:
        triples = [quad.triple for quad in parse(path=file, format=rdf_format)]
    except SyntaxError as error:
        return [Finding(str(file), error.lineno or 0, "", "", f"not readable: {error.msg}")]
    store = memory_store(triples)
    short = _Shortener(prefixes(base_of(store)))
    lines = _subject_lines(file) if rdf_format == RdfFormat.TURTLE else {}
    found = [*_unmet_shapes(triples), *_failed_checks(store), *_undeclared_terms(triples)]
    return sorted(
        {
            Finding(str(file), lines.get(node, 0), short(node), short(path_), text, short(value))
            for node, path_, text, value in found
        }
    )


_Found = tuple[str, str, str, str]
"""Node, path, message, value: IRIs and literals as they stand in the graph."""


def _unmet_shapes(triples: list[Triple]) -> Iterator[_Found]:
    import rdflib
    from pyshacl import validate as shacl_validate
    from rdflib.namespace import SH

    data = rdflib_copy(triples)
    shapes = rdflib.Graph().parse(resource("ontology", "shapes.ttl"))
    if not any(data.triples((None, rdflib.URIRef(OA.exact), None))):
        shape = rdflib.URIRef(QUOTATION_SHAPE)
        shapes.add((shape, SH.deactivated, rdflib.Literal(True)))
    conforms, report, _ = shacl_validate(data, shacl_graph=shapes, inference="none")
    if conforms:
        return
    assert isinstance(report, rdflib.Graph)
    for result in report.subjects(None, SH.ValidationResult):
        path = report.value(result, SH.resultPath)
        yield (
            str(report.value(result, SH.focusNode)),
            str(path) if isinstance(path, rdflib.URIRef) else "",
            str(report.value(result, SH.resultMessage)),
            str(report.value(result, SH.value) or ""),
        )


def _failed_checks(store: Store) -> Iterator[_Found]:
    for file in sorted(resource("data", "checks").glob("*.rq")):
        text = file.read_text(encoding="utf-8")
        message = text.partition("\n")[0].removeprefix("#").strip()
        rows = store.query(text, prefixes=prefixes())
        assert isinstance(rows, QuerySolutions)
        has_path = "path" in {variable.value for variable in rows.variables}
        for row in rows:
            yield row["node"].value, row["path"].value if has_path else "", message, ""


def _undeclared_terms(triples: list[Triple]) -> Iterator[_Found]:
    declared = set(KG)
    for s, p, o in triples:
        for term in (p.value, o.value if p.value == RDF.type and isinstance(o, NamedNode) else ""):
            if term.startswith(KG.iri) and term not in declared:
                yield str(getattr(s, "value", s)), term, "the vocabulary declares no such term", ""


class _Shortener:
    """IRI -> paper:arxiv-1912.01865; what has no prefix, and what is no IRI, stays."""

    def __init__(self, table: Mapping[str, str]) -> None:
        # The longest namespace first, as one may begin with another.
        self._table = sorted(table.items(), key=lambda item: (-len(item[1]), item[0]))

    def __call__(self, text: str) -> str:
        for prefix, iri in self._table:
            if text.startswith(iri):
                return f"{prefix}:{text.removeprefix(iri)}"
        return text


_PREFIX_LINE = re.compile(r"@prefix\s+([^\s:]*):\s+<([^>]*)>")
_SUBJECT = re.compile(r"<([^>]*)>|([A-Za-z][\w.-]*):((?:[\w.:%-]|\\.)*)")


def _subject_lines(file: Path) -> dict[str, int]:
    """Subject IRI -> the line (from 1) on which it begins, for Turtle that is laid out as ours:
    a subject stands at the beginning of its line, nothing else does.
    """  # fmt: skip
    table: dict[str, str] = {}
    lines: dict[str, int] = {}
    with file.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            if match := _PREFIX_LINE.match(line):
                table[match[1]] = match[2]
            elif match := _SUBJECT.match(line):
                iri, prefix, local = match.groups()
                if iri is None:
                    iri = table.get(prefix, f"{prefix}:") + re.sub(r"\\(.)", r"\1", local)
                lines.setdefault(iri, number)
    return lines
