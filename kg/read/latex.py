"""LaTeX text, as BibTeX fields hold it, to plain text with offsets."""

import re
import unicodedata

from kg.read.text import TextBuilder

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "i", "j": "j", "dh": "ð", "th": "þ", "S": "§",
    "textasciitilde": "~", "textbackslash": "\\", "textendash": "–", "textemdash": "—",
    "ldots": "…", "dots": "…",
}  # fmt: skip
_SILENT = frozenset({"cite", "citep", "citet", "ref", "label", "eqref", "footnotemark"})
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.S)
_ACCENTED = re.compile(r"\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))")


def add_latex(builder: TextBuilder, text: str, start: int, end: int) -> None:
    """Append `text[start:end]` to `builder`, LaTeX decoded.

    Accents become one character at the offset of their command; braces, dollars and the names
    of other commands are dropped, what they hold is kept.
    """
    at = start
    while at < end:
        character = text[at]
        if character == "\\":
            at = _add_command(builder, text, at, end)
            continue
        if character == "~":
            builder.add(" ", [at])
        elif character not in "{}$":
            builder.add(character, [at])
        at += 1


def _add_command(builder: TextBuilder, text: str, at: int, end: int) -> int:
    """Append what the command at `at` stands for, and return where it ends."""
    match = _COMMAND.match(text, at, end)
    if match is None:  # a backslash that ends the value
        return at + 1
    name = match.group(1)
    if name in _ACCENTS:
        base = _ACCENTED.match(text, match.end(), end)
        if base and (not name.isalpha() or text[match.end()] in "{ "):
            letter = base.group(1) or base.group(2)
            builder.add(unicodedata.normalize("NFC", letter + _ACCENTS[name]), [at])
            return base.end()
    if name in _LETTERS:
        builder.add(_LETTERS[name], [at])
        return _after_name(text, match.end(), end)
    if name in _SILENT:
        argument = re.compile(r"\s*(?:\[[^\]]*\]\s*)*\{[^{}]*\}").match(text, match.end(), end)
        return argument.end() if argument else match.end()
    if not name.isalpha():
        if name in "&%_#${}":
            builder.add(name, [at + 1])
        elif name.isspace() or name in "\\,;:":
            builder.add(" ", [at])
        return match.end()
    return _after_name(text, match.end(), end)


def _after_name(text: str, at: int, end: int) -> int:
    """LaTeX swallows the space after a command's name, and an empty group."""
    if text.startswith("{}", at):
        return at + 2
    while at < end and text[at] in " \t":
        at += 1
    return at
