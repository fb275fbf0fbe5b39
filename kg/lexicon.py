"""The curated terms of the field: names, aliases, kinds, broader terms.

A lexicon is a folder of tab-separated files, one a kind (losses.tsv, datasets.tsv, metrics.tsv,
tasks.tsv, methods.tsv, concepts.tsv), each with the header `name  aliases  broader  form`:

name     preferred label, singular, in the casing of prose
aliases  other labels, separated by " | "; what `normal` already folds need not stand here
broader  the name of a broader term of the same kind, or nothing
form     methods only: `system` (a name coined for one published system) or `family`

Beside them lie word lists (one entry a line, `#` starts a comment line) and head-words.tsv.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

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
    *(("sses", "ss"), ("biases", "bias"), ("aliases", "alias"), ("lenses", "lens")),
    *(("viruses", "virus"), ("corpuses", "corpus"), ("corpora", "corpus"), ("theses", "thesis")),
    *(("diagnoses", "diagnosis"), ("lyses", "lysis"), ("movies", "movie"), ("xes", "x")),
    *(("matrices", "matrix"), ("vertices", "vertex"), ("indices", "index")),
    *(("tches", "tch"), ("arches", "arch"), ("oaches", "oach"), ("anches", "anch")),
    *(("shes", "sh"), ("ies", "y"), ("s", "")),
)
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
_POSSESSIVE = re.compile(r"(?<=\w)['\u2019]s\b", re.IGNORECASE)
_SPACED = dict.fromkeys(map(ord, _SEPARATORS + "\u2044"), " ")
_SEPARATING = frozenset(("Pd", "Zs", "Zl", "Zp"))
_LOOSE_DOT = re.compile(r"(?<![a-z0-9])\.|\.(?![a-z0-9])")
_DIGITS_APART = re.compile(r"(?<=[0-9]) (?=[0-9])")
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
    if not label.isascii():
        label = _plain(label)
    if "'" in label:
        label = _POSSESSIVE.sub("", label)
    if label[-1:] == "s":
        label = _ACRONYM_PLURAL.sub("", label)
    named = label[-1:] == "S" and not _CAPITALS.search(label)
    text = label.translate(_ASCII) if label.isascii() else _kept(label.lower())
    if "." in text:
        text = _LOOSE_DOT.sub("", text)
    words = text.split()
    if not words:
        return ""
    last = words[-1]
    joined = _DIGITS_APART.sub("-", " ".join(words)).replace(" ", "")
    if not joined.endswith(_PLURAL_ENDS):
        return joined
    front = joined[: len(joined) - len(last)]
    folded = last if named else _singular(last)
    whole = front + folded
    if _singular(whole) == whole:
        return whole
    return f"{whole[:-1]}-s" if whole.endswith("s") else f"{front.rstrip('-')}-{folded}"


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(_SINGULAR_ENDS) or not word[-2].isalpha():
        return word
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


@dataclass(frozen=True)
class Lexicon:
    """Terms, sorted by name, found by any of their labels. No label stands for two terms."""

    terms: tuple[Term, ...]

    @cached_property
    def by_label(self) -> dict[str, Term]:
        """Terms by the normal form of each of their labels."""
        return {normal(label): term for term in self.terms for label in term.labels}

    def find(self, label: str) -> Term | None:
        """The term of which `label` is the name or an alias, however it is spelled."""
        term = self.by_label.get(normal(label))
        if term is None and label.endswith("s"):  # "pacs" may be PACS
            term = self.by_label.get(normal(f"{label[:-1]}S"))
        return term


# --------------------------------------------------------------------------- reading


@lru_cache(maxsize=8)
def read_lexicon(folder: Path | None = None, *extra: Path) -> Lexicon:
    """The terms in `folder` (the shipped ones if None), then those in each folder of `extra`.

    A later folder wins: its term replaces every earlier term whose name is among its labels, and
    takes its aliases away from the others. A folder may leave files out, not all of them.
    The answer is kept: a folder that changes afterwards is not read again.

    Raises LexiconError (with path:line) for a wrong header or number of columns, an empty or
    repeated label, a `form` that is not one, a broader term that is unknown or leads in a circle.
    """
    terms: dict[str, Term] = {}
    for path in (folder or resource("data", "lexicon"), *extra):
        terms = _over(terms, _read_folder(path))
    return Lexicon(tuple(sorted(terms.values(), key=lambda t: (t.name.casefold(), t.name))))


def _read_folder(folder: Path) -> list[tuple[Term, str]]:
    """Each term of a folder and the path:line where it stands; labels are distinct."""
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
    given: dict[str, tuple[str, str]] = {}
    for term, place in rows:
        for label in term.labels:
            key = normal(label)
            if not key:
                raise LexiconError(f"the label {label!r} has no letter or digit", place)
            if key in given:
                name, where = given[key]
                raise LexiconError(
                    f"the label {label!r} is already given to {name!r} at {where}; "
                    "labels that differ in case, hyphens, spaces or plural are one",
                    place,
                )
            given[key] = (term.name, place)
    return rows


def _read_terms(path: Path, kind: Kind) -> Iterator[tuple[Term, str]]:
    rows = _read_rows(path)
    _, header = next(rows, (1, []))
    if header != COLUMNS:
        raise LexiconError(f"the first line must be the columns {', '.join(COLUMNS)}", f"{path}:1")
    for line, row in rows:
        place = f"{path}:{line}"
        if len(row) != len(COLUMNS):
            raise LexiconError(
                f"{len(row)} columns where there must be {len(COLUMNS)} ({', '.join(COLUMNS)}), "
                "separated by tabs",
                place,
            )
        name, aliases, broader, form = (cell.strip() for cell in row)
        if not name:
            raise LexiconError("the name is empty", place)
        if form and (kind is not Kind.METHOD or form not in FORMS):
            raise LexiconError(
                f"the form {form!r} is unknown; a method has system or family, other kinds none",
                place,
            )
        others = tuple(a.strip() for a in aliases.split("|")) if aliases else ()
        if "" in others:
            raise LexiconError(f"an alias of {name!r} is empty", place)
        yield Term(name, kind, others, broader or None, FORMS.get(form, False)), place


def _read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Tab-separated rows with their line (from 1); blank lines are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in reader:
                if row:
                    yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LexiconError(f"cannot be read: {error}", str(path)) from error


def _over(under: dict[str, Term], rows: list[tuple[Term, str]]) -> dict[str, Term]:
    """Terms by name: `rows` laid over `under`, with each broader term found."""
    taken = {normal(label) for term, _ in rows for label in term.labels}
    kept = [
        replace(term, aliases=tuple(a for a in term.aliases if normal(a) not in taken))
        if under and not taken.isdisjoint(map(normal, term.aliases))
        else term
        for term in under.values()
        if normal(term.name) not in taken
    ]
    places = {term.name: place for term, place in rows}
    labels = {
        normal(label): term for term in (*kept, *(t for t, _ in rows)) for label in term.labels
    }
    found: dict[str, Term] = {}
    for term in (*kept, *(t for t, _ in rows)):
        above = labels.get(normal(term.broader)) if term.broader else None
        if above and above.kind is not term.kind:
            above = None
        if term.broader and not above and term.name in places:
            raise LexiconError(
                f"the broader term {term.broader!r} of {term.name!r} is no "
                f"{term.kind.lower()} of the lexicon",
                places[term.name],
            )
        name = above.name if above else None
        found[term.name] = term if term.broader == name else replace(term, broader=name)
    for name, place in places.items():
        _raise_if_circular(name, found, place)
    return found


def _raise_if_circular(name: str, terms: dict[str, Term], place: str) -> None:
    seen = [name]
    while broader := terms[seen[-1]].broader:
        if broader in seen:
            raise LexiconError(
                f"broader terms go in a circle: {' > '.join([*seen, broader])}", place
            )
        seen.append(broader)


@lru_cache(maxsize=8)
def read_words(name: str, folder: Path | None = None) -> frozenset[str]:
    """The entries of a word list, e.g. "generic-parts" or "generic-words", as they are written.

    Raises LexiconError where there is no such list.
    """
    path = (folder or resource("data", "lexicon")) / f"{name}.txt"
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"cannot be read: {error}", str(path)) from error
    return frozenset(word for line in lines if (word := line.strip()) and not word.startswith("#"))


def read_heads(folder: Path | None = None) -> dict[str, Kind]:
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
    return heads
