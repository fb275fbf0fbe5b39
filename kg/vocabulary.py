"""The closed vocabulary of the graph, its prefixes, and how IRIs are minted.

Terms are plain strings, so that nothing heavy is imported. `KG.usesLoss` is an IRI; a term
that ontology/kg.ttl does not declare is an AttributeError, not a wrong IRI in silence.

Inside the program a node is named by its id, which is its IRI below the base: "method/adain".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from urllib.parse import quote

from kg.model import Identifiers, Kind, Relation

BASE = "https://w3id.org/paperkg/"
"""Where nodes live unless a caller says otherwise."""


class Terms:
    """A closed namespace: `terms.name` is an IRI, and an undeclared name is an AttributeError."""

    def __init__(self, iri: str, names: str) -> None:
        self.iri = iri
        self.names = frozenset(names.split())

    def __getattr__(self, name: str) -> str:
        if name.startswith("__") or name not in self.names:
            raise AttributeError(f"<{self.iri}> declares no term {name!r}")
        return self.iri + name

    def __getitem__(self, name: str) -> str:
        if name not in self.names:
            raise KeyError(f"<{self.iri}> declares no term {name!r}")
        return self.iri + name

    def __iter__(self) -> Iterator[str]:
        return (self.iri + name for name in sorted(self.names))


KG = Terms(
    "https://w3id.org/paperkg/ontology#",
    """
    Entity Paper Method Loss Dataset Task Metric Concept SourceDocument Assertion Evidence Extractor
    proposes usesMethod usesLoss usesDataset addressesTask usesMetric discusses
    proposedBy methodUsedBy lossUsedBy datasetUsedBy taskAddressedBy metricUsedBy discussedBy
    priorWork extends buildsOn comparesWith cites
    priorWorkOf extendedBy builtOnBy comparedBy citedBy
    partOf variantOf usedFor hasPart hasVariant servedBy
    summarises lists summarisedIn listedIn
    evidence source extractedBy about confidence line mentionStart mentionEnd
    arxivId doi year
    """,
)
RDF = Terms(
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "type Statement subject predicate object"
)
RDFS = Terms("http://www.w3.org/2000/01/rdf-schema#", "label")
XSD = Terms("http://www.w3.org/2001/XMLSchema#", "string integer decimal")
SKOS = Terms("http://www.w3.org/2004/02/skos/core#", "Concept prefLabel altLabel broader")
DCT = Terms("http://purl.org/dc/terms/", "title subject license rights identifier source")
SCHEMA = Terms(
    "https://schema.org/",
    "ScholarlyArticle Dataset ListItem itemListElement item position url sameAs softwareVersion",
)
FABIO = Terms("http://purl.org/spar/fabio/", "ResearchPaper")
CITO = Terms("http://purl.org/spar/cito/", "cites extends")
PROV = Terms("http://www.w3.org/ns/prov#", "Entity SoftwareAgent wasAttributedTo wasDerivedFrom")
OA = Terms(
    "http://www.w3.org/ns/oa#",
    "TextQuoteSelector TextPositionSelector exact prefix suffix start end",
)
VOID = Terms(
    "http://rdfs.org/ns/void#",
    "Dataset triples entities uriSpace vocabulary classPartition class propertyPartition property",
)

NAMESPACES: Mapping[str, Terms] = MappingProxyType(
    {
        "kg": KG,
        "rdf": RDF,
        "rdfs": RDFS,
        "xsd": XSD,
        "skos": SKOS,
        "dct": DCT,
        "schema": SCHEMA,
        "fabio": FABIO,
        "cito": CITO,
        "prov": PROV,
        "oa": OA,
        "void": VOID,
    }
)

FOLDERS = (
    *(str(kind).lower() for kind in Kind),
    *("topic", "source", "assertion", "evidence", "extractor", "item"),
)
"""The first part of every node id."""

INVERSES: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.PROPOSES: KG.proposedBy,
        Relation.USES_METHOD: KG.methodUsedBy,
        Relation.USES_LOSS: KG.lossUsedBy,
        Relation.USES_DATASET: KG.datasetUsedBy,
        Relation.ADDRESSES_TASK: KG.taskAddressedBy,
        Relation.USES_METRIC: KG.metricUsedBy,
        Relation.DISCUSSES: KG.discussedBy,
        Relation.EXTENDS: KG.extendedBy,
        Relation.BUILDS_ON: KG.builtOnBy,
        Relation.COMPARES_WITH: KG.comparedBy,
        Relation.CITES: KG.citedBy,
        Relation.PART_OF: KG.hasPart,
        Relation.VARIANT_OF: KG.hasVariant,
        Relation.USED_FOR: KG.servedBy,
    }
)
"""How a relation is called when it is read from its object."""


def relation_label(relation: str) -> str:
    """usesLoss -> "uses loss", as its rdfs:label has it."""
    return re.sub(r"(?=[A-Z])", " ", relation).lower()


def prefixes(base: str = BASE) -> dict[str, str]:
    """Prefix -> IRI: the vocabularies, and one prefix a node folder (`method:adain`)."""
    return dict(_prefixes(base))


@lru_cache(maxsize=8)
def _prefixes(base: str) -> dict[str, str]:
    return {
        **{prefix: terms.iri for prefix, terms in NAMESPACES.items()},
        **{folder: f"{base}{folder}/" for folder in FOLDERS},
    }


# ----------------------------------------------------------------------------- minting

_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "ο": "omicron",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "ς": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
}
_OTHER_RUN = re.compile(r"[^a-z0-9]+")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ARXIV_VERSION = re.compile(r"v\d+$", re.IGNORECASE)


def digest(*parts: str) -> str:
    """16 hexadecimal digits that stand for these strings in this order (BLAKE2b, 64 bits).

    Each part is preceded by its length, so that ("ab", "c") and ("a", "bc") differ.
    """
    state = blake2b(digest_size=8)
    for part in parts:
        data = part.encode()
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()


def slug(label: str) -> str:
    """The readable end of an IRI; "" where the label has no letter or digit it can keep.

    NFKC, lower case, Greek letters spelled out, accents dropped, "+" as "-plus", every other
    run as "-".

    >>> slug("β-VAE"), slug("FreeMatch++"), slug("Mask R-CNN")
    ('beta-vae', 'freematch-plus-plus', 'mask-r-cnn')
    """
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", label).lower())
    text = "".join(_GREEK.get(c, c) for c in text if not unicodedata.combining(c))
    return _OTHER_RUN.sub("-", text.replace("+", "-plus")).strip("-")


def _mint(folder: str, label: str, taken: Collection[str]) -> str:
    readable = slug(label)
    if readable and f"{folder}/{readable}" not in taken:
        return f"{folder}/{readable}"
    mark = digest(label)
    return f"{folder}/{readable}-{mark}" if readable else f"{folder}/{mark}"


def entity_id(kind: Kind, name: str, taken: Collection[str] = ()) -> str:
    """The id of an entity by its preferred label: "loss/cycle-consistency-loss".

    `taken` are the ids that other labels hold: meeting one of them, and an empty slug, add a
    hash of the label. Papers have `paper_id`.
    """
    return _mint(kind.lower(), name, taken)


def entity_ids(kind: Kind, names: Iterable[str]) -> dict[str, str]:
    """The ids of different labels of one kind, minted together: the order does not matter.

    Of labels with one slug the first in code point order keeps it, the others take a hash.
    """
    taken: dict[str, str] = {}
    for name in sorted(set(names)):
        taken[entity_id(kind, name, taken)] = name
    return {name: id_ for id_, name in taken.items()}


def part_id(kind: Kind, system: str, name: str, taken: Collection[str] = ()) -> str:
    """The id of an unnamed part of one system: "method/stargan-v2/generator".

    `system` is the id of the system (or, where it has no name, of its paper).
    """
    return _mint(f"{kind.lower()}/{system.partition('/')[2]}", name, taken)


def arxiv_of(identifiers: Identifiers) -> str | None:
    """The arXiv id without version, also where it is given as a DOI (10.48550/arXiv.*)."""
    number = identifiers.arxiv
    if number is None and identifiers.doi and (match := _ARXIV_DOI.fullmatch(identifiers.doi)):
        number = match[1]
    return _ARXIV_VERSION.sub("", number) if number else None


def paper_id(identifiers: Identifiers, name: str, taken: Collection[str] = ()) -> str:
    """The id of a paper by its arXiv id, else its DOI, else its URL, else its title or name.

    >>> paper_id(Identifiers(arxiv="1912.01865v2"), "StarGAN v2")
    'paper/arxiv-1912.01865'
    """
    if arxiv := arxiv_of(identifiers):
        return f"paper/arxiv-{quote(arxiv.lower().replace('/', '-'), safe='')}"
    if identifiers.doi:
        return f"paper/doi-{quote(identifiers.doi.lower(), safe='')}"
    if identifiers.url:
        return f"paper/url-{digest(identifiers.url)}"
    return _mint("paper", name, taken)


def topic_id(name: str, taken: Collection[str] = ()) -> str:
    """The id of the heading that papers stand under: "topic/image-classification"."""
    return _mint("topic", name, taken)


def source_id(path: str, taken: Collection[str] = ()) -> str:
    """The id of a source by its path below the source root: "source/notes-2020-a-md"."""
    return _mint("source", path, taken)


def assertion_id(subject: str, relation: Relation, object: str) -> str:
    """The id of the statement that stands for a triple; ids, not IRIs, go into its hash."""
    return f"assertion/{digest(subject, relation, object)}"


def evidence_id(assertion: str, source: str, start: int, end: int, rule: str) -> str:
    """The id of one occurrence of an assertion in a source."""
    return f"evidence/{digest(assertion, source, str(start), str(end), rule)}"


def extractor_ids(rules: Iterable[str]) -> dict[str, str]:
    """Rule or model -> "extractor/<slug>", minted together as `entity_ids` does."""
    taken: dict[str, str] = {}
    for rule in sorted(set(rules)):
        taken[_mint("extractor", rule, taken)] = rule
    return {rule: id_ for id_, rule in taken.items()}


def item_id(source: str, property_iri: str, paper: str) -> str:
    """The id of a paper's place in the order of its source."""
    return f"item/{digest(source, property_iri, paper)}"
