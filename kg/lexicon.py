"""The curated terms of the field: names, aliases, kinds, broader terms.

A lexicon is a folder of tab-separated files, one a kind (losses.tsv, datasets.tsv, metrics.tsv,
tasks.tsv, methods.tsv, concepts.tsv), each with the header `name  aliases  broader  form`:

name     preferred label, singular, in the casing of prose
aliases  other labels, separated by " | "; what `normal` already folds need not stand here
broader  the name of a broader term of the same kind, or nothing
form     methods only: `system` (a name coined for one published system) or `family`

Beside them lie head-words.tsv and word lists (one entry a line, `#` starts a comment line), of
which cased-words.txt names the terms that are everyday words when they are written small.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType

from kg.errors import LexiconError
from kg.model import Kind
from kg.resources import resource

FILES = {
    Kind.LOSS: "losses.tsv",
    Kind.DATASET: "datasets.tsv",
    Kind.METRIC: "metrics.tsv",
    Kind.TASK: "tasks.tsv",
    Kind.METHOD: "methods.tsv",
    Kind.CONCEPT: "concepts.tsv",
}
COLUMNS = ["name", "aliases", "broader", "form"]
FORMS = {"system": True, "family": False}

# --------------------------------------------------------------------------- labels

# Endings of a plural and what they become; the first that fits wins, so longer ones stand first.
_PLURALS = (
    ("sses", "ss"), ("biases", "bias"), ("aliases", "alias"), ("lenses", "lens"),
    ("viruses", "virus"), ("corpuses", "corpus"), ("corpora", "corpus"), ("theses", "thesis"),
    ("diagnoses", "diagnosis"), ("lyses", "lysis"), ("movies", "movie"), ("xes", "x"),
    ("matrices", "matrix"), ("vertices", "vertex"), ("indices", "index"), ("tches", "tch"),
    ("arches", "arch"), ("oaches", "oach"), ("anches", "anch"), ("shes", "sh"), ("ies", "y"),
    ("s", ""),
)  # fmt: skip
_PLURAL_ENDS = ("s", "corpora")
# Singular words end like this too; nothing is taken from them.
_SINGULAR_ENDS = ("ss", "us", "is", "bias", "alias", "lens", "chaos", "series", "species")

_GREEK = {
    ord(letter): unicodedata.name(letter).rpartition(" ")[2].lower()
    for letter in "αβγδεζηθικμνξοπρςστυφχψω"
} | {ord("λ"): "lambda", ord("×"): "x", ord("∞"): "inf"}
_COMBINING = re.compile("[\u0300-\u036f]")
_SEPARATORS = "-_/ \t\n\r\f\v"
_ASCII: dict[int, str | None] = {
    **{ord(c): c.lower() for c in map(chr, range(128)) if c.isalnum() or c in "+."},
    **dict.fromkeys(map(ord, _SEPARATORS), " "),
}
_ASCII |= dict.fromkeys(set(range(128)) - set(_ASCII), None)
_ASCII_LINES = _ASCII | {ord("\n"): "\n"}
_POSSESSIVE = re.compile(r"(?<=\w)'s\b", re.IGNORECASE)
_SPACED = dict.fromkeys(map(ord, _SEPARATORS + "\u2044"), " ")
_SEPARATING = frozenset(("Pd", "Zs", "Zl", "Zp"))
_LOOSE_DOT = re.compile(r"\.(?:(?![a-z0-9])|(?<![a-z0-9]\.))")
_DIGITS_APART = re.compile(r"([0-9]) +(?=[0-9])")
_CAPITALS = re.compile(r"[A-Z]{7}$")
_ACRONYM_PLURAL = re.compile(r"(?<=[A-Z]{2})s$")


@lru_cache(maxsize=1 << 16)
def normal(label: str) -> str:
    """The form in which labels are compared: two labels are one if their normal forms are equal.

    Case, accents, compatibility forms, spaces, hyphens, slashes, underscores, possessives, the
    plural of the last word and punctuation other than "+" and inner "." make no difference;
    Greek letters are spelled out. Digits stay, and two numbers side by side stay apart.
    An "s" that makes no plural, a capital as in "PACS" or a short word's as in "soft nms", stands
    after a hyphen, so labels are best given in their own casing. normal(normal(x)) == normal(x).
    """
    label = label.strip() if label.isascii() else _plain(label).strip()
    if "'" in label:
        label = _POSSESSIVE.sub("", label)
    named = label[-1:] == "S" and not _CAPITALS.search(label)  # PACS, but not DATASETS
    if label[-1:] == "s":
        label = _ACRONYM_PLURAL.sub("", label)
    text = label.translate(_ASCII) if label.isascii() else _kept(label.lower())
    if "." in text:
        text = _LOOSE_DOT.sub("", text)
    joined = _joined(text)
    if not joined.endswith(_PLURAL_ENDS):
        return joined
    last = text.split()[-1]
    front = joined[: len(joined) - len(last)]
    folded = last if named else _singular(last)
    whole = front + folded
    if _singular(whole) == whole:
        return whole
    return f"{whole[:-1]}-s" if whole.endswith("s") else f"{front.rstrip('-')}-{folded}"


def _normals(labels: Sequence[str]) -> list[str]:
    """`normal` of each label (none holds a line break), in a fraction of the time."""
    text = "\n".join([x if x.isascii() and "'" not in x else "" for x in labels])
    keys = _joined(_LOOSE_DOT.sub("", text.translate(_ASCII_LINES))).split("\n")
    for i in [i for i, key in enumerate(keys) if not key or key.endswith(_PLURAL_ENDS)]:
        keys[i] = normal(labels[i])
    return keys


def _joined(text: str) -> str:
    """`text` without its spaces, save that a hyphen parts two numbers."""
    return _DIGITS_APART.sub(r"\1-", text).replace(" ", "")


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith(_PLURAL_ENDS) or not word[-2].isalpha():
        return word
    if word.endswith(_SINGULAR_ENDS):
        return word
    if word[-1] == "s" and word[-2] != "e":
        return word[:-1]
    for ending, instead in _PLURALS:
        if word.endswith(ending):
            return word[: len(word) - len(ending)] + instead
    return word


def _plain(label: str) -> str:
    """Compatibility forms, accents and Greek letters written plainly; dashes as "-"."""
    label = _COMBINING.sub("", unicodedata.normalize("NFKD", label))
    label = unicodedata.normalize("NFC", label).replace("\u2019", "'")
    return "".join(
        "-" if unicodedata.category(c) in _SEPARATING else _GREEK.get(ord(c.lower()[0]), c)
        for c in label
    )


def _kept(text: str) -> str:
    """`text` with separators as spaces, and only letters, marks, digits, "+" and "." beside."""
    return "".join(
        c for c in text.translate(_SPACED) if c in " +." or unicodedata.category(c)[0] in "LMN"
    )


# --------------------------------------------------------------------------- terms


@dataclass(frozen=True, slots=True)
class Term:
    """One thing of the field. `broader` is the name of a term of the same kind.

    `system` tells a name coined for one published system from a family of techniques.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    broader: str | None = None
    system: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


_WORD_BREAK = re.compile(r"[\s-]+")

_Row = tuple[Term, Path, int]
"""A term, and the file and line that give it."""


@dataclass(frozen=True)
class Lexicon:
    """Terms, found by any of their labels.

    `by_label` holds each term under the normal form of its name and of each alias, `cased` the
    normal forms of names that are everyday words as well: HOPE is a term, hope is not.
    """

    by_label: dict[str, Term]
    cased: frozenset[str] = frozenset()

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Each term once, in the order of the files."""
        return tuple({term.name: term for term in self.by_label.values()}.values())

    @cached_property
    def openings(self) -> frozenset[tuple[str, str]]:
        """First two words, written small, of labels that have more than one; no plural "s"."""
        labels = [label.lower() for term in self.terms for label in term.labels]
        split = [words for label in labels for words in (label.split(), _WORD_BREAK.split(label))]
        return frozenset((words[0], words[1].removesuffix("s")) for words in split if words[1:])

    def find(self, label: str) -> Term | None:
        """The term of which `label` is the name or an alias, however it is spelled.

        A name that is an everyday word as well is found in its own casing only, and small words
        apart ("road scene") are no name that is written as one (RoadScene).
        """
        term = self._named(label, normal(label))
        if term is None and label.endswith("s"):  # "pacs" may be PACS
            term = self._named(label, normal(f"{label[:-1]}S"))
        return term

    def _named(self, label: str, key: str) -> Term | None:
        term = self.by_label.get(key)
        if term is None:
            return None
        if key in self.cased:
            return term if {label, label.removesuffix("s")} & set(term.labels) else None
        if label.islower() and (" " in label or "-" in label):
            forms = [form for form in term.labels if normal(form) == key]
            if all(form.isalpha() and not form.islower() for form in forms):
                return None
        return term


# --------------------------------------------------------------------------- reading


def read_lexicon(folder: Path | None = None, *extra: Path) -> Lexicon:
    """The terms in `folder` (the shipped ones if None), then those in each folder of `extra`.

    A later folder wins: its term replaces every earlier term whose name is among its labels, and
    takes its aliases away from the others. A folder may leave files out, not all of them.
    The shipped folder is read once.

    Raises LexiconError (with path:line) for a wrong header or number of columns, an empty or
    repeated label, a `form` that is not one, a broader term that is unknown or leads in a circle.
    """
    lexicon = _read_folder(folder, Lexicon({})) if folder else _shipped()
    for path in extra:
        lexicon = _read_folder(path, lexicon)
    return lexicon


@lru_cache(maxsize=1)
def _shipped() -> Lexicon:
    return _read_folder(resource("data", "lexicon"), Lexicon({}))


def _read_folder(folder: Path, under: Lexicon) -> Lexicon:
    """The terms of `folder` laid over those of `under`."""
    rows = [
        row
        for kind, name in FILES.items()
        if (folder / name).is_file()
        for row in _read_terms(folder / name, kind)
    ]
    if not rows:
        names = ", ".join(FILES.values())
        raise LexiconError(
            f"holds no terms; a lexicon folder has one or more of {names}", str(folder)
        )
    own = _distinct(rows)
    by_label = _with_broader(_less(under, own) | own)
    _check_broader(rows, by_label)
    cased = under.cased
    if (folder / "cased-words.txt").is_file():
        cased |= set(map(normal, _words(folder / "cased-words.txt")))
    return Lexicon(by_label, cased)


def _distinct(rows: list[_Row]) -> dict[str, Term]:
    """The terms of one folder by their labels, none of which may be given twice."""
    labels: list[str] = []
    owners: list[Term] = []
    for term, _, _ in rows:
        labels += term.labels
        owners += [term] * (1 + len(term.aliases))
    own = dict(zip(_normals(labels), owners, strict=True))
    if len(own) == len(labels) and "" not in own:
        return own
    given: dict[str, tuple[Term, str]] = {}
    for term, path, line in rows:
        for label in term.labels:
            place = f"{path}:{line}"
            key = normal(label)
            if not key:
                raise LexiconError(f"the label {label!r} has no letter or digit", place)
            if key in given:
                first, at = given[key]
                raise LexiconError(
                    f"the label {label!r} is already given to {first.name!r} at {at}; "
                    "labels that differ in case, hyphens, spaces or plural are one",
                    place,
                )
            given[key] = term, place
    return own


def _less(under: Lexicon, own: dict[str, Term]) -> dict[str, Term]:
    """What is left of `under` where the labels of `own` are taken from it."""
    left: dict[str, Term] = {}
    for term in under.terms:
        if normal(term.name) not in own:
            aliases = tuple(a for a in term.aliases if normal(a) not in own)
            kept = replace(term, aliases=aliases)
            left |= {normal(label): kept for label in kept.labels}
    return left


def _with_broader(by_label: dict[str, Term]) -> dict[str, Term]:
    """The same terms, each with the name of its broader term, or None where there is none."""
    names = {term.name: term for term in by_label.values()}
    changed: dict[str, Term] = {}
    for name, term in names.items():
        if term.broader:
            above = names.get(term.broader) or by_label.get(normal(term.broader))
            found = above.name if above and above.kind is term.kind else None
            if found != term.broader:
                changed[name] = replace(term, broader=found)
    if not changed:
        return by_label
    return {key: changed.get(term.name, term) for key, term in by_label.items()}


def _check_broader(rows: list[_Row], by_label: dict[str, Term]) -> None:
    """Raises LexiconError for a row whose broader term was not found, or leads in a circle."""
    terms = {term.name: term for term in by_label.values()}
    for given, path, line in rows:
        if not given.broader:
            continue
        above = terms[given.name].broader
        if above is None:
            raise LexiconError(
                f"{given.broader!r}, the broader term of {given.name!r}, is no "
                f"{given.kind.lower()} of the lexicon",
                f"{path}:{line}",
            )
        seen = [given.name]
        while above is not None:
            if above in seen:
                circle = " < ".join([*seen, above])
                raise LexiconError(f"broader terms go in a circle: {circle}", f"{path}:{line}")
            seen.append(above)
            above = terms[above].broader


def _read_terms(path: Path, kind: Kind) -> Iterator[_Row]:
    rows = _read_rows(path)
    _, header = next(rows, (1, []))
    if header != COLUMNS:
        raise LexiconError(f"the first line must be the columns {', '.join(COLUMNS)}", f"{path}:1")
    for line, row in rows:
        if len(row) != len(COLUMNS):
            raise LexiconError(
                f"{len(row)} columns where there must be {len(COLUMNS)} ({', '.join(COLUMNS)}), "
                "separated by tabs",
                f"{path}:{line}",
            )
        name, aliases, broader, form = map(str.strip, row)
        if not name:
            raise LexiconError("the name is empty", f"{path}:{line}")
        if form and (kind is not Kind.METHOD or form not in FORMS):
            raise LexiconError(
                f"the form {form!r} is unknown; a method has system or family, other kinds none",
                f"{path}:{line}",
            )
        others = tuple(map(str.strip, aliases.split("|"))) if aliases else ()
        if "" in others:
            raise LexiconError(f"an alias of {name!r} is empty", f"{path}:{line}")
        yield Term(name, kind, others, broader or None, FORMS.get(form, False)), path, line


def _read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Tab-separated rows with their line (from 1); blank lines are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LexiconError(f"cannot be read: {error}", str(path)) from error
    # Nothing is quoted, so a row is a line.
    return ((line, row) for line, row in enumerate(rows, 1) if row)


@lru_cache(maxsize=8)
def read_words(name: str) -> frozenset[str]:
    """The entries of a shipped word list as they are written, e.g. those of "generic-parts".

    Raises LexiconError where there is no such list.
    """
    return frozenset(_words(resource("data", "lexicon") / f"{name}.txt"))


def _words(path: Path) -> Iterator[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"cannot be read: {error}", str(path)) from error
    return (word for line in lines if (word := line.strip()) and not word.startswith("#"))


@cache
def read_heads(folder: Path | None = None) -> Mapping[str, Kind]:
    """What a noun phrase is by its last word or words: {"loss": Kind.LOSS, ...}.

    Raises LexiconError (with path:line) for a row that is not a new head and a kind.
    """
    path = (folder or resource("data", "lexicon")) / "head-words.tsv"
    heads: dict[str, Kind] = {}
    for line, row in _read_rows(path):
        if row[0].startswith("#"):
            continue
        place = f"{path}:{line}"
        if len(row) != 2 or row[1] not in set(FILES):
            kinds = ", ".join(FILES)
            raise LexiconError(f"a row is a head word, a tab and one of {kinds}", place)
        if row[0] in heads:
            raise LexiconError(f"the head word {row[0]!r} is given twice", place)
        heads[row[0]] = Kind(row[1])
    return MappingProxyType(heads)
