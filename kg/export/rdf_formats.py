"""The graph in the formats of RDF: every triple is in each of them, in the order of the Turtle."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from kg.export.content import Content
from kg.export.xml_text import NOT_XML
from kg.output import replacing
from kg.vocabulary import prefixes


def rdf_writer(rdf_format: RdfFormat) -> Callable[[Content, Path], None]:
    """A writer of one RDF format.

    N-Quads and TriG put the triples in one named graph, the one that describes itself
    (<base>graph). RDF/XML writes U+FFFD for a control character, which XML cannot hold.
    """

    def write(content: Content, path: Path) -> None:
        statements: Iterable[Triple] | Iterable[Quad] = content.triples
        if rdf_format.supports_datasets and rdf_format != RdfFormat.JSON_LD:
            name = NamedNode(f"{content.base}graph")
            statements = (Quad(s, p, o, name) for s, p, o in content.triples)
        elif rdf_format == RdfFormat.RDF_XML:
            statements = _xml_safe(content.triples)
        with replacing(path) as temporary:
            serialize(statements, temporary, rdf_format, prefixes=prefixes(content.base))

    return write


def _xml_safe(triples: Iterable[Triple]) -> Iterator[Triple]:
    for triple in triples:
        o = triple.object
        if isinstance(o, Literal) and NOT_XML.search(o.value):
            clean = NOT_XML.sub("\ufffd", o.value)
            literal = (
                Literal(clean, language=o.language)
                if o.language
                else Literal(clean, datatype=o.datatype)
            )
            yield Triple(triple.subject, triple.predicate, literal)
        else:
            yield triple
