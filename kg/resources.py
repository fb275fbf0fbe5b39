"""Where the files that travel with the package are: lexicon, ontology, queries, weights.

In a wheel they lie under kg/_data; in a checkout (and an editable install) they are the
top-level folders of the repository.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, e.g. resource("ontology", "kg.ttl")."""
    root = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)
