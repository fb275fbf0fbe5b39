"""The papers of the graph as BibTeX.

Kept: title (the name, where a paper has no title), year, arXiv id, DOI, address, topic (as a
keyword) and whether a source summarises the paper. Dropped: everything that is no paper, and all
relations.
"""

from __future__ import annotations

import re
from pathlib import Path

from kg.export.content import Content
from kg.model import Paper
from kg.output import write_text

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "&%$#_"},
}


def write_bibtex(content: Content, path: Path) -> None:
    """Write a .bib file with one entry a paper, in the order of their ids.

    Raises:
        OSError: the file cannot be written.
    """
    graph = content.graph
    topics = {topic.id: topic.name for topic in graph.topics}
    summarised = {id_ for source in graph.sources for id_ in source.summarises}
    entries: list[str] = []
    for paper in graph.papers:
        keywords = [topics[paper.topic]] if paper.topic in topics else []
        keywords += ["summarised"] if paper.id in summarised else []
        entries.append(_entry(paper, keywords))
    write_text(path, "\n".join(entries))


def _entry(paper: Paper, keywords: list[str]) -> str:
    known = paper.identifiers
    fields = {
        # The second pair of braces keeps the capitals.
        "title": f"{{{_latex(paper.title or paper.name)}}}",
        "year": None if paper.year is None else str(paper.year),
        "eprint": known.arxiv and _verbatim(known.arxiv),
        "archiveprefix": "arXiv" if known.arxiv else None,
        "doi": known.doi and _verbatim(known.doi),
        "url": known.url and _verbatim(known.url),
        "keywords": ", ".join(_latex(word.replace(",", ";")) for word in keywords) or None,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    kind = "article" if known.doi else "misc"
    return "\n".join([f"@{kind}{{{_key(paper)},", *lines, "}", ""])


def _key(paper: Paper) -> str:
    """The end of the id; "%" would begin a comment."""
    return re.sub(r"[^A-Za-z0-9.:_-]", "-", paper.id.partition("/")[2])


def _latex(text: str) -> str:
    return re.sub(r"[\\{}~^&%$#_]", lambda match: _LATEX[match[0]], " ".join(text.split()))


def _verbatim(text: str) -> str:
    """An identifier stays as it is, unless a brace in it would end its field."""
    return text.replace("{", "%7B").replace("}", "%7D")
