"""Blanks what is not Markdown, so that every offset in the result is one in the source.

The result has the length of the text. What goes: front matter, Liquid tags, comments, figures
and their captions, scripts, tables in HTML, and the tags of HTML blocks, whose inside is then
read as Markdown; display formulas that stand alone; carriage returns. White space of other
kinds becomes a space, because Markdown and Python disagree on what it is.
"""

import re

_LIQUID = re.compile(r"(?<![\w}\\^{$])\{\{[^{}\n]*\}\}|\{%[^\n]*?%\}|(?<!\$)\{:[^}\n]*\}(?!\$)")
_LIQUID_CODE = re.compile(r"\{%-?\s*(highlight|raw|comment)\b.*?\{%-?\s*end\1\s*-?%\}", re.S)
_DROPPED = re.compile(
    r"<!--.*?-->|<(figure|figcaption|script|style|table|iframe|svg|video|object|picture|pre)\b"
    r"[^>]*>.*?</\1\s*>",
    re.S | re.I,
)
_BLOCK_TAG = re.compile(
    r"</?(?:details|summary|div|center|p|section|article|aside|header|footer|main|nav|hr"
    r"|blockquote|ul|ol|dl|dd|dt|figure|figcaption|h[1-6]|small|br|li)\b[^<>]*>",
    re.I,
)
_RARE_SPACE = re.compile(r"[^\S \t\n]|[\0\ufeff]")
_OPENING_TAG = re.compile(r"<(?:details|div|center|p|section|article|header|main)\b[^<>]*>", re.I)
_FENCE = re.compile(
    r"^[ \t>]*(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t>]*(?P=mark)[`~]*[ \t]*$|\Z)", re.S | re.M
)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_DISPLAY = re.compile(  # the bound keeps an environment that never ends from costing n * n
    r"^[ \t>]*(?:\$\$(?:(?!\$\$|\n[ \t]*\n).){1,4000}?\$\$"
    r"|\\{1,2}\[(?:(?!\n[ \t]*\n).){1,4000}?\\{1,2}\]"
    r"|\\begin\{(?P<name>[a-z]+\*?)\}(?:(?!\n[ \t]*\n).){1,4000}?\\end\{(?P=name)\})[ \t.,;]*$",
    re.S | re.M,
)
_TEX_PARENTHESIS = re.compile(r"\\\\[()]")
_INDENTED_ITEM = re.compile(r"(?<=\n)(?: {4,7}|\t)(?=(?:[-*+]|\d{1,3}[.)])[ \t])")
_STARTS_BLOCK = re.compile(r"^[ \t]*(?:[-*+>]|\d+[.)])[ \t]")


def mask(text: str, front_matter_end: int = 0) -> str:
    """`text` with everything blanked that carries no prose; same length, "\\n" line ends."""
    text = text.replace("\r\n", " \n").replace("\r", "\n")
    text = _RARE_SPACE.sub(" ", text)
    text = _blank(text[:front_matter_end]) + text[front_matter_end:]
    for fence in _FENCE.finditer(text):
        text = text[: fence.start()] + _blank(fence.group()) + text[fence.end() :]
    if "{%" in text or "{{" in text or "{:" in text:
        text = _LIQUID_CODE.sub(lambda m: _blank(m.group()), text)
        text = _outside_code(_LIQUID, text)
    if "$$" in text or "\\[" in text or "\\begin" in text:
        text = _DISPLAY.sub(lambda m: _blank(m.group()), text)
    text = _TEX_PARENTHESIS.sub("   ", text)
    if "<" in text:
        text = _outside_code(_DROPPED, text)
        text = _blank_block_tags(text)
    return _INDENTED_ITEM.sub(_detach, text)


def _detach(match: re.Match[str]) -> str:
    """Put a blank line before an indented list that follows a line of a paragraph.

    CommonMark would read the list as the paragraph's continuation.
    """
    text, start = match.string, match.start()
    above = text[text.rfind("\n", 0, start - 1) + 1 : start - 1]
    if not above.strip() or above[0].isspace() or _STARTS_BLOCK.match(above):
        return match.group()
    return "\n" + match.group()[1:]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _outside_code(pattern: re.Pattern[str], text: str) -> str:
    code = [m.span() for m in _INLINE_CODE.finditer(text)] if "`" in text else []
    return pattern.sub(
        lambda m: m.group() if any(a < m.start() < b for a, b in code) else _blank(m.group()),
        text,
    )


def _blank_block_tags(text: str) -> str:
    """Tags of HTML blocks become white space of their length.

    At the start of a line a tag leaves a blank line behind, so that what follows is read as a
    block of its own; a heading tag becomes the marks of a Markdown heading.
    """
    code = [m.span() for m in _INLINE_CODE.finditer(text)] if "`" in text else []

    def replacement(match: re.Match[str]) -> str:
        tag = match.group()
        if any(a < match.start() < b for a, b in code):
            return tag
        line_start = text.rfind("\n", 0, match.start()) + 1
        before = text[line_start : match.start()]
        if _STARTS_BLOCK.match(before) or before.startswith(("  ", "\t")):
            return _blank(tag)
        name = re.sub(r"[</>\s].*", "", tag.lstrip("</"), flags=re.S).lower()
        if name in ("br", "small"):
            return _blank(tag)
        opens_heading = name[0] == "h" and name[1:].isdigit() and not tag.startswith("</")
        if opens_heading and not _OPENING_TAG.sub("", before).strip(" \t"):
            return ("#" * min(int(name[1]), len(tag) - 1)).ljust(len(tag))
        return "\n\n" + _blank(tag[2:])

    return _BLOCK_TAG.sub(replacement, text)
