"""The word lists of data/reading/words.toml, read once."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from kg.resources import resource


@dataclass(frozen=True, slots=True)
class Links:
    """Texts of links that belong to a paper."""

    paper: frozenset[str]
    around: frozenset[str]
    other: frozenset[str]


@dataclass(frozen=True, slots=True)
class Headings:
    """Headings that name a part of a summary, or a list, and never a paper."""

    sections: frozenset[str]
    contents: frozenset[str]
    lists: frozenset[str]
    before_lists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels of lines that describe a paper, by what they hold."""

    title: frozenset[str]
    link: frozenset[str]
    year: frozenset[str]
    venue: frozenset[str]
    other: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sites:
    """Hosts with the paths under which papers lie, and hosts that hold none."""

    papers: tuple[tuple[str, re.Pattern[str]], ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """All lists.

    `cues` matches a phrase that only a text about a paper has. `languages` maps a language's
    code to its stop words, `language_names` to its name.
    """

    links: Links
    headings: Headings
    fields: Fields
    cues: re.Pattern[str]
    sites: Sites
    languages: dict[str, frozenset[str]]
    language_names: dict[str, str]


@cache
def words() -> Words:
    """The word lists that ship with the package."""
    data = tomllib.loads(resource("data", "reading", "words.toml").read_text(encoding="utf-8"))
    languages = dict(data["languages"])
    names = languages.pop("names")
    return Words(
        links=Links(**_keys(data["links"])),
        headings=Headings(**_keys(data["headings"])),
        fields=Fields(**_keys(data["fields"])),
        cues=re.compile(r"\b(?:" + "|".join(map(re.escape, data["papers"]["cues"])) + r")\b", re.I),
        sites=Sites(
            papers=tuple((s["host"], re.compile(s["path"])) for s in data["sites"]["papers"]),
            others=tuple(data["sites"]["others"]),
        ),
        languages={code: frozenset(entries) for code, entries in languages.items()},
        language_names=names,
    )


def key(text: str) -> str:
    """`text` as it is looked up: lower case, no outer punctuation, no plural "s"."""
    text = " ".join(text.lower().split()).strip(" \t.,:;!?*_#()[]{}<>|\"'-–—")
    return text[:-1] if len(text) > 3 and text.endswith("s") and not text.endswith("ss") else text


def _keys(table: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(map(key, entries)) for name, entries in table.items()}
