"""What a file says about itself: YAML front matter and lines such as "**Authors**: ..."."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kg.model import Block, Link, Span
from kg.read.text import lines_of
from kg.read.words import key, words

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M
)
_LINE = re.compile(r"^([\w-]+)[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.M)
_YEAR = re.compile(r"(?<![\d.])(?:19[5-9]|20[0-4])\d(?!\d|\.\d)")
_FIELD = re.compile(r"[\W_]*(\w[\w /-]{0,28}?)[\s*_]*[:：][\s*_]*")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"\W*(?:\d{{1,2}}\W+)?(?:{_MONTHS})[a-z]*\W+(?:\d{{1,2}}\w*\W+)?\d{{4}}\W*"
    r"|\W*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\W*|\W*(?:19|20)\d\d\W*",
    re.I,
)
_HANDLE = re.compile(r"\W*@[\w-]+\W*")
_NAME_PARTICLES = frozenset(
    {"and", "et", "al", "al.", "de", "van", "der", "den", "von", "la", "le", "di", "da", "del",
     "dos", "bin", "ten", "&", "by", "in", "at", "y", "el"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """YAML between two "---" lines at the top. `end` is where the text after it begins.

    `title_at` is where the title stands, if its characters stand there as they are.
    """

    end: int = 0
    fields: Mapping[str, object] | None = None
    title: str | None = None
    title_at: int | None = None
    broken: str | None = None


class FieldKind(StrEnum):
    """What a line about the paper holds."""

    TITLE = "title"
    LINK = "link"
    YEAR = "year"
    VENUE = "venue"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Field:
    """One "label: value" line; `value` is the span of the value in the block's text."""

    kinds: frozenset[FieldKind]
    value: Span
    links: tuple[Link, ...]


def parse_front_matter(text: str) -> FrontMatter:
    """The front matter at the start of `text`; broken YAML is read line by line instead."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return FrontMatter()
    import yaml

    body, start = match.group(1), match.start(1)
    try:
        fields = yaml.safe_load(body) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        lines = {m.group(1).lower(): m.group(2).strip("\"'") for m in _LINE.finditer(body)}
        return _with_title(text, match.end(), lines, start, broken=str(error).split("\n")[0])
    if not isinstance(fields, dict):
        return FrontMatter()
    return _with_title(
        text, match.end(), {str(k).lower(): v for k, v in fields.items()}, start, broken=None
    )


def year_in(text: str) -> int | None:
    """The first year between 1950 and 2049 in `text`, arXiv ids such as "2004.01294" aside."""
    match = _YEAR.search(text)
    return int(match.group()) if match else None


def parse_fields(block: Block, source_text: str) -> tuple[Field, ...]:
    """The fields that a block opens with, one a line; empty where its first line is none."""
    if ":" not in block.text and "：" not in block.text:
        return ()
    fields: list[Field] = []
    for line in lines_of(block, source_text):
        match = _FIELD.match(block.text, line.start, line.end)
        kinds = _kinds(match.group(1)) if match else frozenset()
        if match is None or not kinds:
            break
        fields.append(
            Field(
                kinds,
                Span(match.end(), line.end),
                tuple(k for k in block.links if line.start <= k.span.start < line.end),
            )
        )
    return tuple(fields)


def is_date(text: str) -> bool:
    """Whether `text` is nothing but a date, or a mention of one user ("@name")."""
    return bool(_DATE.fullmatch(text) or _HANDLE.fullmatch(text))


def is_byline(text: str) -> bool:
    """Whether `text` lists authors: names and commas, perhaps a venue and a year."""
    words_ = re.findall(r"[^\s,;]+", text)
    if not 2 <= len(words_) <= 150 or text.rstrip().endswith((":", "!", "?")):
        return False
    names = [w for w in words_ if w[0].isupper() or w.lower() in _NAME_PARTICLES or w.isdigit()]
    separators = len(re.findall(r"[,;&]| and |·", text))
    return (
        len(names) >= 0.9 * len(words_)
        and (separators > 0 or (len(words_) <= 4 and not text.endswith(".")))
        and len(words_) / (separators + 1) <= 5
    )


def _kinds(label: str) -> frozenset[FieldKind]:
    label = key(label)
    fields = words().fields
    return frozenset(kind for kind in FieldKind if label in getattr(fields, kind.value))


def _with_title(
    text: str, end: int, fields: Mapping[str, object], start: int, broken: str | None
) -> FrontMatter:
    value = fields.get("title")
    title = " ".join(str(value).split()) if isinstance(value, str | int) else None
    title = title or None
    at = None
    if title is not None:
        line = re.compile(r"^[Tt]itle[ \t]*:[ \t]*[\"']?", re.M).search(text, start, end)
        if line is not None and text.startswith(title, line.end()):
            at = line.end()
    return FrontMatter(end, fields, title, at, broken)
