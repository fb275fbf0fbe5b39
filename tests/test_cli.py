"""The command line: what it prints, what it writes, and how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import click
import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.errors import KgError, NoMatchError, NoPapersError, QueryError
from kg.export import FORMATS
from kg.rdf import write_turtle
from tests.graphs import small_graph
from tests.servers import oxigraph

POST = """\
# Notes

## Detection

### [FooNet: Boxes without Anchors](https://arxiv.org/abs/2001.00001)

The authors propose FooNet, a network for object detection. FooNet is trained with a focal loss
on COCO. Unlike [BarNet](https://arxiv.org/abs/1901.00002), it does not use anchors.
"""

NO_PAPERS = "# Shopping\n\nMilk, bread and two apples.\n"


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in args])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a post and its build."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "post.md").write_text(POST, encoding="utf-8")
    result = run("build", folder / "post.md", "-o", folder / "exports")
    assert (result.exit_code, result.stderr) == (0, "")
    return folder


# ------------------------------------------------------------------------------ lightness

HEAVY = (
    *("spacy", "thinc", "numpy", "scipy", "networkx", "rdflib", "pyoxigraph"),
    *("pyvis", "jinja2", "markdown_it", "yaml", "rich", "starlette", "uvicorn", "httpx"),
)


@pytest.mark.parametrize("args", [[], ["--help"], *([name, "--help"] for name in main.commands)])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    code = (
        "import sys\n"
        "from kg.cli import main\n"
        f"try: main({args!r})\n"
        "except SystemExit: pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]"


def test_import_kg_is_light() -> None:
    code = (
        "import sys, kg, kg.cli\n"
        "assert callable(kg.build) and isinstance(kg.Graph, type)\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("[]\n", "")


# --------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KgError("is empty", "a.md"), 2, "kg: a.md: is empty\n"),
        (
            QueryError("does not parse\n  SELEC\n  ^", "query:1:1", 1, 1),
            2,
            "kg: query:1:1: does not parse\n  SELEC\n  ^\n",
        ),
        (NoPapersError("holds no paper", "a.md"), 1, "kg: a.md: holds no paper\n"),
        (NoMatchError("no such name (did you mean X?)"), 1, "kg: no such name (did you mean X?)\n"),
    ],
)
def test_errors_are_told_once(
    monkeypatch: pytest.MonkeyPatch, error: KgError, code: int, line: str
) -> None:
    @click.command("fail")
    def fail() -> None:
        raise error

    monkeypatch.setitem(main.commands, "fail", fail)
    result = run("fail")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", line)


def test_unexpected_errors_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("fail")
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(main.commands, "fail", fail)
    assert isinstance(run("fail").exception, ZeroDivisionError)


def test_unknown_option_is_a_usage_error() -> None:
    result = run("build", "--fast")
    assert result.exit_code == 2
    assert "No such option '--fast'" in result.stderr or "No such option: --fast" in result.stderr


# ---------------------------------------------------------------------------------- build


def test_build_says_what_it_found_and_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(POST, encoding="utf-8")
    exports = tmp_path / "out"
    result = run("build", tmp_path / "post.md", "-o", exports)
    assert result.exit_code == 0
    assert result.stderr == ""
    first, wrote, look = result.stdout.splitlines()
    assert first.startswith("1 paper summarised and 0 listed in 1 source: ")
    names = ("graph.ttl", "graph.graphml", "graph.html", "report.md")
    assert wrote == f"wrote {', '.join(str(exports / name) for name in names)}"
    assert look == f"next: open {exports / 'graph.html'}, or ask: kg query --list"
    assert sorted(p.name for p in exports.iterdir()) == sorted(names)


def bad_sources(folder: Path) -> dict[str, Path]:
    (folder / "empty.md").write_bytes(b"")
    (folder / "binary.md").write_bytes(b"\x7fELF\x00\x01\x02\x00" * 40)
    (folder / "folder").mkdir()
    (folder / "shopping.md").write_text(NO_PAPERS, encoding="utf-8")
    return {
        "missing": folder / "missing.md",
        "empty": folder / "empty.md",
        "binary": folder / "binary.md",
        "folder": folder / "folder",
        "shopping": folder / "shopping.md",
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [("missing", 2), ("empty", 2), ("binary", 2), ("folder", 2), ("shopping", 1)],
)
def test_bad_source_overwrites_nothing(tmp_path: Path, name: str, code: int) -> None:
    source = bad_sources(tmp_path)[name]
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "graph.ttl").write_text("as it was", encoding="utf-8")
    result = run("build", source, "-o", exports)
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith(f"kg: {source}")
    assert result.stderr.count("\n") == 1
    assert [p.name for p in exports.iterdir()] == ["graph.ttl"]
    assert (exports / "graph.ttl").read_text(encoding="utf-8") == "as it was"


def test_no_source_and_no_summaries_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("build")
    assert result.exit_code == 2
    assert result.stderr == (
        f"kg: {Path('data', 'summaries')}: no source named, and there is no such folder here\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1)])
def test_one_bad_file_of_a_folder(tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "good.md").write_text(POST, encoding="utf-8")
    (tmp_path / "posts" / "bad.md").write_bytes(b"\x00\xff" * 99)
    result = run("build", tmp_path / "posts", "-o", tmp_path / "exports", *options)
    assert result.exit_code == code
    assert "; 1 file could not be read" in result.stdout.splitlines()[0]
    assert result.stderr.startswith("kg: bad.md:1: ")
    assert "bad.md" in (tmp_path / "exports" / "report.md").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(POST, encoding="utf-8")
    result = run("build", tmp_path / "post.md", "-o", tmp_path / "post.md" / "exports")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"kg: {tmp_path / 'post.md' / 'exports'}: Not a directory\n"


def test_no_quotes_leaves_the_sentences_out(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(POST, encoding="utf-8")
    assert run("build", tmp_path / "post.md", "-o", tmp_path / "x", "--no-quotes").exit_code == 0
    for file in (tmp_path / "x").iterdir():
        assert "does not use anchors" not in file.read_text(encoding="utf-8"), file.name


# ----------------------------------------------------------------------------------- eval

GOLD = """\
{"document": "post.md", "papers": [{"id": "arxiv:2001.00001",
 "title": "FooNet: Boxes without Anchors", "triples": [
  {"relation": "proposes", "type": "Method", "labels": ["FooNet"]},
  {"relation": "usesLoss", "type": "Loss", "labels": ["contrastive loss"]}]}]}
"""


def test_eval_of_sources_and_of_a_build_agree(built: Path) -> None:
    (built / "gold.json").write_text(GOLD, encoding="utf-8")
    args = ("--by", "relation", "--errors")
    from_sources = run("eval", built / "gold.json", built, *args)
    from_exports = run("eval", built / "gold.json", "--exports", built / "exports", *args)
    assert (from_sources.exit_code, from_sources.stderr) == (0, "")
    assert from_exports.stdout == from_sources.stdout
    title = "FooNet: Boxes without Anchors"
    assert f"strict missed: {title}: usesLoss contrastive loss" in from_sources.stdout


TRANSLATION_GOLD = """\
{"document": "translation.md", "papers": [{"id": "arxiv:1912.01865", "title": "StarGAN v2",
 "triples": [
  {"relation": "proposes", "type": "Method", "labels": ["StarGAN v2"]},
  {"relation": "usesLoss", "type": "Loss", "labels": ["GAN loss"]},
  {"relation": "usesLoss", "type": "Loss", "labels": ["cycle loss"]},
  {"relation": "buildsOn", "type": "Paper", "labels": ["instance norm"], "id": "arxiv:1703.06868"}
 ]}]}
"""


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ((), "strict,all,0.25,0.75,0.375,12,4"),
        (("--relation", "usesLoss"), "strict,all,0.5,0.5,0.5,2,2"),
        (("--relation", "priorWork"), "strict,all,0.333,1.0,0.5,3,1"),
        (("--min-confidence", "0.9"), "strict,all,0.5,0.5,0.5,4,4"),
    ],
)
def test_eval_of_a_known_graph(tmp_path: Path, options: tuple[str, ...], line: str) -> None:
    (tmp_path / "gold.json").write_text(TRANSLATION_GOLD, encoding="utf-8")
    write_turtle(small_graph(), tmp_path / "graph.ttl")
    args = ("--exports", tmp_path, "--mode", "strict", "--format", "csv", *options)
    result = run("eval", tmp_path / "gold.json", *args)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"mode,name,precision,recall,f1,predicted,required\n{line}\n"


def test_eval_of_an_unknown_relation(tmp_path: Path) -> None:
    (tmp_path / "gold.json").write_text(TRANSLATION_GOLD, encoding="utf-8")
    write_turtle(small_graph(), tmp_path / "graph.ttl")
    result = run("eval", tmp_path / "gold.json", "--exports", tmp_path, "--relation", "likes")
    assert result.exit_code == 2
    assert "no relation is called 'likes'" in result.stderr


def test_eval_needs_the_annotated_documents(built: Path, tmp_path: Path) -> None:
    (built / "gold.json").write_text(GOLD, encoding="utf-8")
    result = run("eval", built / "gold.json", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        "kg: annotated, but not among the sources: post.md; give the files or a folder above them\n"
    )


# ------------------------------------------------------------------------ query, show, path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the small graph of tests/graphs.py."""
    folder = tmp_path_factory.mktemp("small")
    write_turtle(small_graph(), folder / "graph.ttl")
    return folder


LOSSES = "SELECT ?loss { ?paper kg:usesLoss ?loss } ORDER BY ?loss"


def test_query_as_a_table(small: Path) -> None:
    result = run("query", LOSSES, "--exports", small)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "loss\nloss:adversarial-loss\nloss:style-reconstruction-loss\n"


def test_query_in_the_formats_of_rows(small: Path) -> None:
    base = "https://w3id.org/paperkg/loss/"
    csv = run("query", LOSSES, "--exports", small, "--format", "csv")
    assert csv.stdout.splitlines() == [
        "loss",
        f"{base}adversarial-loss",
        f"{base}style-reconstruction-loss",
    ]
    found = json.loads(run("query", LOSSES, "--exports", small, "--format", "json").stdout)
    assert [row["loss"]["value"] for row in found["results"]["bindings"]] == [
        f"{base}adversarial-loss",
        f"{base}style-reconstruction-loss",
    ]


def test_query_that_gives_triples(small: Path) -> None:
    text = "CONSTRUCT { ?p kg:extends ?q } WHERE { ?p kg:extends ?q }"
    turtle = run("query", text, "--exports", small).stdout
    assert turtle.endswith("paper:arxiv-1912.01865 kg:extends paper:arxiv-1711.09020 .\n")
    triples = run("query", text, "--exports", small, "--format", "nt").stdout
    assert triples.count("\n") == 1
    result = run("query", text, "--exports", small, "--format", "csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("kg: a CONSTRUCT or DESCRIBE query can be written as ttl")


def test_query_without_rows_is_no_error(small: Path) -> None:
    result = run("query", "SELECT ?x { ?x kg:usesLoss kg:Loss }", "--exports", small)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "x\n", "")


def test_query_that_asks(small: Path) -> None:
    assert run("query", "ASK { ?x kg:usesLoss ?y }", "--exports", small).stdout == "yes\n"
    assert run("query", "ASK { ?x kg:usesLoss kg:Loss }", "--exports", small).stdout == "no\n"


def test_bad_query_has_its_line_and_column(small: Path) -> None:
    result = run("query", "SELECT ?x\n{ ?x kg:usesLoss }", "--exports", small)
    assert result.exit_code == 2
    first, line, caret = result.stderr.splitlines()
    assert first.startswith("kg: query:2:18: ")
    assert line.strip() == "{ ?x kg:usesLoss }"
    assert caret.index("^") == line.index("}")


@pytest.mark.parametrize(
    "words",
    [
        ("--loss", "loss:adversarial-loss"),
        ("--loss=loss:adversarial-loss",),
        ("--param", "loss=loss:adversarial-loss"),
    ],
)
def test_query_parameters(small: Path, words: tuple[str, ...]) -> None:
    result = run("query", "SELECT ?p { ?p kg:usesLoss ?loss }", *words, "--exports", small)
    assert result.stdout == "p\npaper:arxiv-1912.01865\n"


def test_query_from_a_file(small: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT ?p { ?p kg:usesLoss ?loss }", encoding="utf-8")
    words = ("--loss", "loss:adversarial-loss", "--exports", small)
    result = run("query", "-f", tmp_path / "q.rq", *words)
    assert result.stdout == "p\npaper:arxiv-1912.01865\n"


def test_ready_questions(small: Path) -> None:
    listed = run("query", "--list").stdout.splitlines()
    names = [line.split(":")[0] for line in listed if not line.startswith(" ")]
    assert len(names) >= 15
    assert names == sorted(names)
    assert "papers-using-loss" in names
    by_name = run("query", "papers-using-loss", "--param", "adversarial loss", "--exports", small)
    assert by_name.exit_code == 0
    assert "paper:arxiv-1912.01865" in by_name.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "give a query, its name, or a file"),
        (("--loss", "x"), "give a query, its name, or a file"),
        (("ASK {}", "loss"), "'loss' is no parameter"),
        (("ASK {}", "--loss"), "--loss needs a value"),
        (("ASK {}", "--param", "x"), "write --param NAME=VALUE"),
    ],
)
def test_query_usage(args: tuple[str, ...], message: str) -> None:
    result = run("query", *args)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("args", [("query", LOSSES), ("show", "x"), ("path", "x", "y"), ("view",)])
def test_reading_where_nothing_was_built(tmp_path: Path, args: tuple[str, ...]) -> None:
    result = run(*args, "--exports", tmp_path / "none")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"kg: {tmp_path / 'none'}")
    assert "kg build" in result.stderr


def test_show(small: Path) -> None:
    result = run("show", "gan LOSS", "--exports", small)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "adversarial loss (Loss)\n"
        "  id: loss:adversarial-loss\n"
        "  also: GAN loss\n"
        "\n"
        "loss used by\n"
        "  StarGAN v2 (Paper) 0.93\n"
        "    “StarGAN v2 is trained with an adversarial loss too.” (notes/mask-rcnn.md:5, losses)\n"
        "    “It is trained with an adversarial loss and a style reconstruction loss.” "
        "(translation.md:11, losses)\n"
    )


def test_show_several_of_one_name(small: Path) -> None:
    result = run("show", "StarGAN v2", "--exports", small)
    heads = [line for line in result.stdout.splitlines() if line.startswith("StarGAN v2 (")]
    assert heads == ["StarGAN v2 (Paper, 2019)", "StarGAN v2 (Method)"]
    only = run("show", "StarGAN v2", "--kind", "Method", "--exports", small)
    assert only.stdout == result.stdout[result.stdout.index("StarGAN v2 (Method)\n") :]


def test_show_as_json(small: Path) -> None:
    (found,) = json.loads(run("show", "BiFPN", "--exports", small, "--format", "json").stdout)
    assert found["name"] == "BiFPN"
    assert found["aliases"] == ["bi-directional feature pyramid network"]
    assert found["relations"][0]["relation"] == "variantOf"


def test_show_tolerates_a_typing_error_and_says_so(small: Path) -> None:
    result = run("show", "adversarail loss", "--exports", small)
    assert result.exit_code == 0
    assert result.stdout.startswith("adversarial loss (Loss)\n")
    assert result.stderr == (
        "kg: nothing is called 'adversarail loss'; the nearest name is shown\n"
    )


def test_show_of_nothing_suggests(small: Path) -> None:
    result = run("show", "GAN of the style", "--exports", small)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("kg: nothing in the graph is called 'GAN of the style'")
    assert "did you mean" in result.stderr


def test_path(small: Path) -> None:
    result = run("path", "AdaIN", "adversarial loss", "--exports", small)
    assert (result.exit_code, result.stderr) == (0, "")
    steps = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert [step.rpartition(" ")[0] for step in steps][-1] == (
        "StarGAN v2 -- uses loss -- adversarial loss"
    )
    assert "    “It is trained with an adversarial loss" in result.stdout


def test_path_to_itself_and_to_nowhere(small: Path) -> None:
    same = run("path", "BiFPN", "bi-directional feature pyramid network", "--exports", small)
    assert same.stdout == "BiFPN and bi-directional feature pyramid network are one node\n"
    nowhere = run("path", "StyleGAN", "BiFPN", "--exports", small)
    assert (nowhere.exit_code, nowhere.stdout) == (1, "")
    assert nowhere.stderr == "kg: nothing connects StyleGAN and BiFPN\n"


# ------------------------------------------------------------------------------------ view


def test_view_gives_the_address_of_a_node(small: Path, tmp_path: Path) -> None:
    (tmp_path / "graph.html").write_text("a page", encoding="utf-8")
    (tmp_path / "graph.ttl").write_bytes((small / "graph.ttl").read_bytes())
    page = (tmp_path / "graph.html").resolve().as_uri()
    args = ("--no-open", "--exports", tmp_path)
    assert run("view", *args).stdout == f"{page}\n"
    assert run("view", "GAN loss", *args).stdout == f"{page}#node=loss/adversarial-loss\n"
    assert run("view", "10.1109/CVPR.2016.90", *args).stdout == (
        f"{page}#node=paper/doi-10.1109%252Fcvpr.2016.90\n"
    )
    assert run("view", "no such thing", *args).exit_code == 1


def test_view_opens_the_browser(tmp_path: Path) -> None:
    (tmp_path / "graph.html").write_text("a page", encoding="utf-8")
    done = kg("view", "--exports", tmp_path, env={**os.environ, "BROWSER": "echo opened %s"})
    address = (tmp_path / "graph.html").as_uri()
    assert sorted(done.stdout.splitlines()) == [address, f"opened {address}"]


def test_view_simple(small: Path) -> None:
    result = run("view", "--simple", "--no-open", "--exports", small)
    page = small / "graph-simple.html"
    assert result.stdout == f"{page.resolve().as_uri()}\n"
    assert "vis-network" in page.read_text(encoding="utf-8")


# -------------------------------------------------------------------------------- validate


def test_validate(small: Path, tmp_path: Path) -> None:
    result = run("validate", small)
    assert (result.exit_code, result.stdout) == (0, f"{small} conforms\n")
    broken = tmp_path / "graph.ttl"
    text = (small / "graph.ttl").read_text(encoding="utf-8")
    cut = text.replace("kg:confidence 0.930", "kg:confidence 1.930")
    assert cut != text
    broken.write_text(cut, encoding="utf-8")
    result = run("validate", broken)
    assert result.exit_code == 1
    assert result.stderr == f"kg: {broken} does not conform, findings: 1\n"
    assert re.fullmatch(
        rf"{re.escape(str(broken))}:\d+: .* \(assertion:\w+ kg:confidence 1\.930\)\n", result.stdout
    )


# ---------------------------------------------------------------------------------- export


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_export(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("export", "--format", format_, "--exports", small)
    assert (result.exit_code, result.stderr) == (0, "")
    (written,) = tmp_path.iterdir()
    assert written.name == f"graph{FORMATS[format_].ending or f'-{format_}'}"
    assert written.is_dir() == (FORMATS[format_].ending == "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"wrote {written.name}"
    assert lines[1:] == [f"not in it: {drops}" for drops in [FORMATS[format_].drops] if drops]


def test_export_to_a_place_of_its_own(small: Path, tmp_path: Path) -> None:
    result = run("export", "--format", "nt", "-o", tmp_path / "x.nt", "--exports", small)
    assert result.stdout == f"wrote {tmp_path / 'x.nt'}\n"
    assert "StarGAN v2" in (tmp_path / "x.nt").read_text(encoding="utf-8")
    assert run("export", "--format", "docx", "--exports", small).exit_code == 2


# ------------------------------------------------------------------------------ completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_KG_COMPLETE" in result.stdout


def test_completion_knows_the_commands() -> None:
    env = {**os.environ, "_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg ", "COMP_CWORD": "1"}
    done = kg(env=env)
    assert {line.split(",")[1] for line in done.stdout.splitlines()} == set(main.commands)


# ------------------------------------------------------------------------ as a real process


def kg(*args: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run kg as a user does, through the installed script."""
    script = Path(sys.executable).with_name("kg")
    options = {"capture_output": True, "encoding": "utf-8", "timeout": 120, **options}
    return subprocess.run([script, *args], **options)


@contextmanager
def started(*args: str | Path) -> "Iterator[subprocess.Popen[str]]":
    """kg as a process of its own, which does not outlive the test."""
    script = Path(sys.executable).with_name("kg")
    with subprocess.Popen(
        [script, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_python_dash_m() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "--version"], capture_output=True, encoding="utf-8"
    )
    assert done.stdout == kg("--version").stdout
    assert done.stdout.startswith("kg, version ")


def test_interrupt_is_clean(tmp_path: Path) -> None:
    """SIGINT in the middle of a build: one line, 130, and exports as they were."""
    fifo = tmp_path / "post.md"
    os.mkfifo(fifo)
    with started("build", fifo, "-o", tmp_path / "exports") as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "kg: interrupted\n", 130)
    assert not (tmp_path / "exports").exists()


def test_interrupt_ends_a_running_query(small: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with started("query", endless, "--exports", small) as process:
        time.sleep(2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT


@pytest.mark.parametrize("format_", ["table", "csv", "json"])
def test_a_reader_that_has_enough_is_no_error(small: Path, format_: str) -> None:
    everything = "SELECT * { ?s ?p ?o . ?a ?b ?c }"
    with started("query", everything, "--exports", small, "--format", format_) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(100)) == 100
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.parametrize(("options", "logged"), [((), 2), (("--quiet",), 0)])
def test_serve(small: Path, options: tuple[str, ...], logged: int) -> None:
    with started("serve", "--port", "0", "--exports", small, *options) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.fullmatch(r"serving .* at (http://127\.0\.0\.1:\d+/) \(.*\)\n", line)
        assert address is not None
        with urlopen(f"{address[1]}health", timeout=30) as answer:
            assert json.load(answer)["status"] == "ok"
        query = urlencode({"query": "ASK { ?s ?p ?o }"})
        with urlopen(f"{address[1]}sparql?{query}", timeout=30) as answer:
            assert json.load(answer)["boolean"] is True
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (out, process.returncode) == ("", 0)
    assert len(err.splitlines()) == logged
    assert "Traceback" not in err


def test_serve_on_a_port_that_is_taken(small: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), "--exports", small)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"kg: cannot listen on 127.0.0.1 port {port}: ")


# --------------------------------------------------------------------------------- publish


@pytest.mark.parametrize("way", ["--update", "--store"])
def test_publish_and_query_a_server(small: Path, tmp_path: Path, way: str) -> None:
    with oxigraph(tmp_path) as server:
        url = server.update if way == "--update" else server.store
        graph = ("--graph", "https://example.org/papers")
        args = ("--endpoint", server.query, way, url, *graph, "--exports", small)
        published = run("publish", *args)
        assert (published.exit_code, published.stderr) == (0, "")
        assert re.fullmatch(
            r"published \d+ triples in <https://example\.org/papers>\n", published.stdout
        )
        result = run("query", LOSSES, "--endpoint", server.query, *graph)
        assert result.stdout == "loss\nloss:adversarial-loss\nloss:style-reconstruction-loss\n"


def test_publish_usage_and_a_server_that_is_not_there(small: Path) -> None:
    assert "give --update or --store" in run("publish", "--exports", small).stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/query"
    result = run("query", LOSSES, "--endpoint", url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"kg: {url}: ")
