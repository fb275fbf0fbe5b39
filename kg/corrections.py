"""Corrections: what a user says about the graph, in a plain file that every build replays.

One correction a line, tab-separated; lines that begin with "#" are remarks:

    same    StyleGAN2    StyleGAN v2                one thing, called by the first
    rename  Unet         U-Net                      the name of a thing
    alias   U-Net        UNet                       a further label of a thing
    kind    AdaIN        Method                     what a thing is
    drop    SUBJECT      RELATION    OBJECT         a triple that is wrong

SUBJECT and OBJECT are nodes: "method/adain", "method:adain" as `kg show` prints it, or the whole
IRI; "*" matches every subject, relation or object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import LexiconError
from kg.lexicon import normal
from kg.model import Assertion, Kind, Relation
from kg.vocabulary import BASE, FOLDERS

_CELLS = {"same": 2, "rename": 2, "alias": 2, "kind": 2, "drop": 3}


@dataclass(frozen=True, slots=True)
class Corrections:
    """A file of corrections, parsed."""

    same: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    kinds: tuple[tuple[str, Kind], ...] = ()
    dropped: tuple[tuple[str, str, str], ...] = ()

    def name_of(self, name: str, labels: Iterable[str] = ()) -> str:
        """What a thing with these labels is called, which would else be called `name`.

        A pair in `same` gives its first; what that was renamed to wins.
        """
        keys = _normals(name, labels)
        for first, second in self.same:
            if keys & _normals(first, (second,)):
                name = first
                break
        keys.add(normal(name))
        return next((new for old, new in self.renamed if keys & _normals(old, (new,))), name)

    def aliases_of(self, name: str, labels: Iterable[str] = ()) -> Iterator[str]:
        """Further labels that the user gives to a thing with this name and these labels."""
        keys = _normals(name, labels)
        return (alias for thing, alias in self.aliases if normal(thing) in keys)

    def kind_of(self, name: str, kind: Kind, labels: Iterable[str] = ()) -> Kind:
        """The kind that the user gives to a thing with this name and these labels, else `kind`."""
        keys = _normals(name, labels)
        return next((k for thing, k in self.kinds if normal(thing) in keys), kind)

    def applied(self, assertions: Iterable[Assertion]) -> list[Assertion]:
        """The assertions without those that were dropped."""
        return [a for a in assertions if not any(_matches(d, a) for d in self.dropped)]


def _normals(name: str, labels: Iterable[str]) -> set[str]:
    return {normal(name), *map(normal, labels)}


def _matches(dropped: tuple[str, str, str], assertion: Assertion) -> bool:
    triple = (assertion.subject, str(assertion.relation), assertion.object)
    return all(wanted in ("*", is_) for wanted, is_ in zip(dropped, triple, strict=True))


def parse_corrections(text: str, place: str) -> Corrections:
    """Corrections out of the text of a file; `place` names it in messages.

    Raises LexiconError with the line where a verb, a kind, a relation or a number of cells is
    not one of those above.
    """
    rows: dict[str, list[tuple[str, ...]]] = {verb: [] for verb in _CELLS}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        verb, *cells = (cell.strip() for cell in line.split("\t"))
        here = f"{place}:{number}"
        if verb not in _CELLS:
            raise LexiconError(f"unknown correction {verb!r}; use {', '.join(_CELLS)}", here)
        if len(cells) != _CELLS[verb] or not all(cells):
            raise LexiconError(
                f"{verb!r} takes {_CELLS[verb]} cells after it, separated by tabs", here
            )
        if verb == "kind" and cells[1] not in set(Kind) - {Kind.PAPER}:
            raise LexiconError(f"{cells[1]!r} is not a kind; use {', '.join(list(Kind)[1:])}", here)
        if verb == "drop" and cells[1] not in {*Relation, "*"}:
            raise LexiconError(f"{cells[1]!r} is not a relation; use {', '.join(Relation)}", here)
        rows[verb].append(tuple(cells))
    return Corrections(
        tuple((a, b) for a, b in rows["same"]),
        tuple((a, b) for a, b in rows["rename"]),
        tuple((a, b) for a, b in rows["alias"]),
        tuple((a, Kind(b)) for a, b in rows["kind"]),
        tuple((_node(a), b, _node(c)) for a, b, c in rows["drop"]),
    )


def _node(text: str) -> str:
    """The id of a node that is given as an id, with its prefix, or as an IRI."""
    folder, colon, rest = text.removeprefix(BASE).partition(":")
    if colon and folder in FOLDERS:
        return f"{folder}/{rest}".replace("\\", "")
    return text.removeprefix(BASE)


def read_corrections(path: Path) -> Corrections:
    """The corrections of a file. Raises LexiconError where it breaks the format."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"cannot be read: {error}", str(path)) from error
    return parse_corrections(text, str(path))
