"""The graph as an Obsidian vault: one note a node, wiki links, and the sentence under each link.

Dropped: offsets, prefixes and suffixes of the evidence. Obsidian itself shows the links that
lead to a note, so each assertion stands in one note, that of its subject.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

import yaml

from kg.export.content import Content
from kg.export.folder import write_folder
from kg.graph import Graph
from kg.model import Assertion, Entity, Paper, Relation
from kg.vocabulary import digest, relation_label

_FORBIDDEN = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")
_LONGEST = 120  # bytes of a file name without its ending; the systems' limit is 255


def write_obsidian(content: Content, folder: Path) -> None:
    """Write the notes, one folder a kind; notes that no export wrote are left alone.

    Raises:
        ExportsError: a note of this name is there and no earlier export wrote it.
        OSError: the folder cannot be written.
    """
    graph = content.graph
    names = note_names(graph)
    said: defaultdict[str, list[Assertion]] = defaultdict(list)
    for assertion in graph.assertions:
        said[assertion.subject].append(assertion)
    topics = {topic.id: topic.name for topic in graph.topics}
    paths = {source.id: source.path for source in graph.sources}
    files: dict[str, str] = {}
    for entity in graph.entities:
        front = _front_matter(entity, content.base, topics)
        blocks = [
            _relation_block(relation, assertions, names, paths)
            for relation in Relation
            if (assertions := [a for a in said[entity.id] if a.relation is relation])
        ]
        heading = entity.title if isinstance(entity, Paper) and entity.title else entity.name
        files[f"{names[entity.id]}.md"] = "\n".join(
            [f"---\n{front}---\n", f"# {_inline(heading)}\n", *blocks]
        )
    write_folder(folder, files)


def note_names(graph: Graph) -> dict[str, str]:
    """Node id -> path of its note without ".md"; no two differ in case only."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for entity in graph.entities:
        stem = _FORBIDDEN.sub(" ", entity.name)
        stem = " ".join(stem.split()).strip(". ")
        stem = stem.encode()[:_LONGEST].decode(errors="ignore").strip(". ")
        if not stem or _RESERVED.fullmatch(stem):
            stem = f"{stem} {digest(entity.id)}".strip()
        name = f"{entity.kind}/{stem}"
        if name.casefold() in taken:
            name = f"{name} {digest(entity.id)}"
        taken.add(name.casefold())
        names[entity.id] = name
    return names


def _front_matter(entity: Entity, base: str, topics: dict[str, str]) -> str:
    fields: dict[str, object] = {
        "id": entity.id,
        "iri": base + entity.id,
        "name": entity.name,
        "aliases": list(entity.aliases),
        "tags": [f"kg/{entity.kind.lower()}"],
    }
    if isinstance(entity, Paper):
        fields |= {
            "title": entity.title,
            "year": entity.year,
            "arxiv": entity.identifiers.arxiv,
            "doi": entity.identifiers.doi,
            "url": entity.identifiers.url,
            "topic": topics.get(entity.topic or ""),
        }
    kept = {name: value for name, value in fields.items() if value is not None}
    return str(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1_000_000))


def _relation_block(
    relation: Relation,
    assertions: list[Assertion],
    names: dict[str, str],
    paths: dict[str, str],
) -> str:
    lines = [f"## {relation_label(relation)}", ""]
    for a in sorted(assertions, key=lambda a: (-a.confidence, a.object)):
        target = names[a.object]
        shown = PurePosixPath(target).name
        lines.append(f"- [[{target}|{shown}]] ({a.confidence:.3f})")
        for e in a.evidence:
            place = f"{paths.get(e.source, e.source)}:{e.line}"
            quote = f"{_inline(e.quote)} " if e.quote else ""
            lines.append(f"    > {quote}({_inline(place)})")
    return "\n".join([*lines, ""])


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def _inline(text: str) -> str:
    """Text on one line, with what Markdown would read as markup escaped."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
