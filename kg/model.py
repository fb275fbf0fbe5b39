"""The values that travel from reader to writer: frozen, and free of I/O, spaCy and RDF.

Text side:   Source -> Document (one summarised paper) -> Block
Graph side:  Entity / Paper, Assertion with Evidence, Topic, SourceDocument -> kg.graph.Graph

Offsets count code points. Spans are half-open. A Span inside a Block counts in `Block.text`;
`Block.offsets` carries each of its characters back to `Source.text`.
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a node of the graph is."""

    PAPER = "Paper"
    METHOD = "Method"
    LOSS = "Loss"
    DATASET = "Dataset"
    TASK = "Task"
    METRIC = "Metric"
    CONCEPT = "Concept"


class Relation(StrEnum):
    """What an assertion says; the meanings stand in ontology/kg.ttl."""

    PROPOSES = "proposes"
    USES_METHOD = "usesMethod"
    USES_LOSS = "usesLoss"
    USES_DATASET = "usesDataset"
    ADDRESSES_TASK = "addressesTask"
    USES_METRIC = "usesMetric"
    DISCUSSES = "discusses"
    EXTENDS = "extends"
    BUILDS_ON = "buildsOn"
    COMPARES_WITH = "comparesWith"
    CITES = "cites"
    PART_OF = "partOf"
    VARIANT_OF = "variantOf"
    USED_FOR = "usedFor"


PRIOR_WORK = (Relation.EXTENDS, Relation.BUILDS_ON, Relation.COMPARES_WITH, Relation.CITES)
"""The four relations between papers, strongest first."""

BETWEEN_ENTITIES = (Relation.PART_OF, Relation.VARIANT_OF, Relation.USED_FOR)
"""The relations whose subject is not a paper."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range [start, end) of code points."""

    start: int
    end: int


# --------------------------------------------------------------------------- text side


@dataclass(frozen=True)
class Source:
    """One file as it was read. `path` is posix and relative to the source root."""

    path: str
    text: str

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(i + 1 for i, c in enumerate(self.text) if c == "\n"))

    def line_of(self, offset: int) -> int:
        """The line (from 1) on which the character at `offset` stands."""
        return bisect_right(self._line_starts, offset)


class BlockKind(StrEnum):
    """What a block of text was in its source."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink whose text is `Block.text[span.start:span.end]`; `target` may be empty."""

    span: Span
    target: str


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text without markup.

    text[i] came from Source.text[offsets[i]], so len(offsets) == len(text) and offsets rise.
    `section` holds the headings above the block inside its summary, outermost first (the
    paper's own heading not among them). `depth` is 0 outside lists, 1 in a list, 2 in a
    list inside a list. `emphasis` are bold, italic and code spans.
    """

    kind: BlockKind
    text: str
    offsets: tuple[int, ...]
    section: tuple[str, ...] = ()
    depth: int = 0
    links: tuple[Link, ...] = ()
    emphasis: tuple[Span, ...] = ()

    def source_span(self, span: Span) -> Span:
        """Where `text[span.start:span.end]` stands in the source, markup between included."""
        return Span(self.offsets[span.start], self.offsets[span.end - 1] + 1)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What identifies a paper outside the text: arXiv id without version, DOI, URL."""

    arxiv: str | None = None
    doi: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper as a source names it.

    `span` is the heading, list item or record in the source. `topic` holds the headings it
    stands under, outermost first (a bold group line counts as the innermost).
    """

    title: str | None
    identifiers: Identifiers
    span: Span
    topic: tuple[str, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The summary of ONE paper: its heading (if it has one) is the first block."""

    source: Source
    paper: Reference
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that could not be used: where, and why. The run went on without it."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one source holds: summarised papers, papers that it only lists, and what failed."""

    source: Source
    title: str | None = None
    documents: tuple[Document, ...] = ()
    listed: tuple[Reference, ...] = ()
    problems: tuple[Problem, ...] = ()


# --------------------------------------------------------------------------- graph side


@dataclass(frozen=True, slots=True)
class Entity:
    """A node: `id` is its IRI below the base, e.g. "method/adain"; `aliases` are sorted."""

    id: str
    kind: Kind
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper(Entity):
    """A published work. `title` is None where a source only links or names it.

    `topic` is the id of its topic node. `year` may come from the arXiv id.
    """

    title: str | None = None
    identifiers: Identifiers = Identifiers()
    year: int | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading that papers stand under; `broader` is the id of the heading above it."""

    id: str
    name: str
    broader: str | None = None


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A source and the ids of the papers that it summarises and lists, in its own order."""

    id: str
    path: str
    title: str | None = None
    licence: str | None = None
    summarises: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place where a source says it.

    `quote` is the sentence without markup; `span` is that sentence in the source text (markup
    included), `mention` the words that named the object, `line` the line of `span.start`.
    `about` is the id of the paper whose summary this is; `rule` names the extractor.
    """

    source: str
    span: Span
    mention: Span
    quote: str
    prefix: str
    suffix: str
    line: int
    rule: str
    about: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A triple with its evidence (never empty) and one confidence in [0, 1], three decimals."""

    subject: str
    relation: Relation
    object: str
    evidence: tuple[Evidence, ...]
    confidence: float
