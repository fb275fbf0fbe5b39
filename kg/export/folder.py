"""Writing an export that is a folder, beside files that are somebody else's."""

import json
from collections.abc import Mapping
from pathlib import Path

from kg.errors import ExportsError
from kg.output import write_text

MANIFEST = ".kg-export.json"
"""Lists the files of an earlier export, so that the next one can remove what is gone."""


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write these files (posix path below the folder -> text) and remove those of an earlier
    export that are no longer among them. Files that no export wrote are left alone.

    Raises:
        ExportsError: a file of this name is there and no earlier export wrote it.
        OSError: the folder cannot be written.
    """  # fmt: skip
    known = _earlier(folder)
    for name in files:
        if name not in known and (folder / name).exists():
            raise ExportsError(
                "is there already, and is not from an earlier export: choose another folder",
                str(folder / name),
            )
    # First the list of what may be there, so that a run that fails half way can be repeated.
    write_text(folder / MANIFEST, _listing(known | set(files)))
    for name, text in files.items():
        write_text(folder / name, text)
    for name in sorted(known - set(files)):
        gone = folder / name
        gone.unlink(missing_ok=True)
        if gone.parent != folder and gone.parent.is_dir() and not any(gone.parent.iterdir()):
            gone.parent.rmdir()
    write_text(folder / MANIFEST, _listing(set(files)))


def _listing(names: set[str]) -> str:
    return json.dumps({"files": sorted(names)}, ensure_ascii=False, indent=0) + "\n"


def _earlier(folder: Path) -> set[str]:
    try:
        names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError) as error:
        raise ExportsError("is not a list that an export wrote", str(folder / MANIFEST)) from error
    inside = folder.resolve()
    return {str(name) for name in names if (inside / str(name)).resolve().is_relative_to(inside)}
