"""The wheel: everything that runs travels inside, and it works in any folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SUMMARIES = ROOT / "data" / "summaries"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("paperkg-*.whl")
    return path


def test_everything_that_runs_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for folder in ("kg", "ontology", "data")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # What the models were fitted on is for tools/fit.py, which runs in a checkout.
    ours = {path for path in ours if not path.startswith("data/training/")}
    wanted = {p if p.startswith("kg/") else f"kg/_data/{p}" for p in ours}
    assert len(wanted) > 20
    assert wanted - inside == set()
    assert not any("data/training" in name for name in inside)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in inside)
    assert any(name.endswith("cvpr-2020-a-snapshot.md.license") for name in inside)


def test_installed_wheel_builds_in_a_folder_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """The same bytes as exports/, with nothing of the checkout in reach."""
    installed, folder = tmp_path / "installed", tmp_path / "elsewhere"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", installed, wheel],
        check=True,
        capture_output=True,
    )
    folder.mkdir()
    (post,) = SUMMARIES.glob("*.md")
    shutil.copy(post, folder)
    shutil.copy(f"{post}.license", folder)

    def python(*args: str) -> str:
        return subprocess.run(
            [sys.executable, *args],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path)},
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout

    where = Path(python("-c", "import kg; print(kg.__file__)").strip())
    assert where == installed / "kg" / "__init__.py"
    python("-m", "kg", "build", post.name)
    for file in sorted((ROOT / "exports").iterdir()):
        assert (folder / "exports" / file.name).read_bytes() == file.read_bytes(), file.name
