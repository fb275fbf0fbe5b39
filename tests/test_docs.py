"""The documentation says what is there: commands, modules, dependencies, and real output."""

import doctest
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

import kg
from kg.cli import main
from kg.corrections import parse_corrections
from tools.transcript import commands, newcomer, output_of

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])

COMMANDS = sorted(main.commands)


def code_blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


# ----------------------------------------------------------------------------- commands


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert any(re.search(rf"\bkg {name}\b", page.read_text(encoding="utf-8")) for page in PAGES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples(name: str) -> None:
    command = main.commands[name]
    help_ = command.get_help(click.Context(command, info_name=f"kg {name}"))
    examples = help_.partition("Examples:")[2].split("\n\n")[0]
    assert re.search(rf"^ +kg {name}\b", examples, re.MULTILINE)


def test_documented_commands_exist() -> None:
    """No page shows a command that kg does not have."""
    shown = set()
    for page in PAGES:
        for block in code_blocks(page.read_text(encoding="utf-8"), "(?:sh|console)"):
            shown |= set(re.findall(r"(?:^|\$ |/)kg ([a-z]+)", block, re.MULTILINE))
    assert shown
    assert shown <= set(COMMANDS)


# ------------------------------------------------------------------------------- set-up


def test_setup_takes_one_line_each() -> None:
    lines = [line for block in code_blocks(README, "sh") for line in block.splitlines()]
    assert [line for line in lines if line.endswith("kg build")] == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/kg build"
    ]
    assert [line for line in lines if line.endswith("pytest")] == [
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"
    ]


# --------------------------------------------------------------------------- transcript


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("newcomer")
    newcomer(path)
    return path


def test_the_transcript_shows_the_main_commands() -> None:
    used = {shlex.split(command)[1] for command, _ in commands(README)}
    assert {"build", "show", "query", "path", "eval", "validate"} <= used


@pytest.mark.parametrize(("command", "output"), list(commands(README)))
def test_transcript(command: str, output: str, folder: Path) -> None:
    """Where an output is another one now, `python -m tools.transcript` writes it down."""
    assert output_of(command, folder) == output


# --------------------------------------------------------------------- library, modules


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


def test_architecture_lists_every_module() -> None:
    """Modules stand below kg/, those of a package below its line."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (tree,) = (block for block in code_blocks(text, "text") if block.startswith("kg/\n"))
    listed = set()
    package = ""
    for line in tree.splitlines()[1:]:
        if line.startswith("    "):
            words = re.split(r" {3,}", line.strip())[0].split()
            listed |= {f"{package}{word}.py" for word in words}
        elif match := re.match(r"  (\w+/)", line):
            package = f"kg/{match[1]}"
        else:
            listed |= {f"kg/{name}" for name in re.findall(r"\b\w+\.py\b", line)}
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "kg").rglob("*.py")
        if not path.name.startswith("__") and "_data" not in path.parts
    }
    assert listed == modules


def test_every_dependency_is_justified() -> None:
    (page,) = (ROOT / "docs" / "decisions").glob("*-dependencies.md")
    rows = re.findall(
        r"^\| ([\w-]+) \| ([^|]+) \| ([^|]+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    justified = {name for name, _, _ in rows} - {"package", "---"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(name for extra in extras for name in extra)]
    assert justified == {re.split(r"[\s<>=~!\[;]", name)[0].lower() for name in wanted}


# ----------------------------------------------------------------------------- examples


def test_library_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / "library.md"),
        module_relative=False,
        optionflags=doctest.ELLIPSIS,
        encoding="utf-8",
    )
    assert tried > 15
    assert failed == 0


def test_corrections_example() -> None:
    (block,) = code_blocks(README, "tsv")
    corrections = parse_corrections(block, "README.md")
    assert corrections.same == (("StyleGAN2", "StyleGAN v2"),)
    assert corrections.dropped == (("paper/arxiv-1912.01865", "usesMethod", "method/gan"),)


def test_readme_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = code_blocks(README, "python")
    names: dict[str, object] = {}
    exec(example, names)
    assert isinstance(names["graph"], kg.Graph)
