"""The explorer as a file: what its data says, what its policy allows, the same bytes each time."""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kg.explorer import payload
from kg.explorer.page import (
    content_security_policy,
    joined_script,
    json_for_html,
    to_frame,
    to_html,
    write_explorer,
)
from kg.explorer.payload import mark, to_payload
from kg.explorer.terms import KINDS, RELATIONS, link, short_label
from kg.graph import Graph
from kg.layout import layout
from kg.model import (
    Assertion,
    Entity,
    Evidence,
    Identifiers,
    Kind,
    Paper,
    Relation,
    SourceDocument,
    Span,
)
from tests.browser.graphs import literature
from tests.browser.hostile import hostile

FOLDER = Path(__file__).parent.parent / "kg" / "explorer"


def _evidence(quote: str, start: int, end: int, markup: int = 0, line: int = 7) -> Evidence:
    return Evidence(
        source="source/notes",
        span=Span(100, 100 + len(quote) + markup),
        mention=Span(100 + start, 100 + end),
        quote=quote,
        prefix="",
        suffix="",
        line=line,
        rule="link-text",
        about="paper/arxiv-1912.01865",
    )


def _small() -> Graph:
    paper = Paper(
        "paper/arxiv-1912.01865",
        Kind.PAPER,
        "Two Towers: Matching Images",
        (),
        "Two Towers: Matching Images",
        Identifiers(arxiv="1912.01865"),
        2019,
    )
    method = Entity("method/two-towers", Kind.METHOD, "Two Towers", ("TT",))
    loss = Entity("loss/triplet-loss", Kind.LOSS, "triplet loss")
    says = "Two Towers is trained with a triplet loss."
    return Graph(
        (loss, method, paper),
        (),
        (SourceDocument("source/notes", "notes.md", "Notes", "MIT", (paper.id,)),),
        (
            Assertion(
                paper.id, Relation.PROPOSES, method.id, (_evidence(says, 0, 10, line=3),), 0.9
            ),
            Assertion(
                paper.id,
                Relation.USES_LOSS,
                loss.id,
                (_evidence(says, 29, 41), _evidence("Again: triplet loss.", 7, 19)),
                0.75,
            ),
        ),
    )


def test_columns_of_a_small_graph() -> None:
    graph = _small()
    drawn, sentences = to_payload(graph, layout(graph))
    assert drawn["nodes"]["id"] == ["/triplet-loss", "/two-towers", ""]
    assert drawn["nodes"]["kind"] == [2, 1, 0]
    assert drawn["nodes"]["short"] == {2: "Two Towers"}
    assert drawn["nodes"]["aliases"] == {1: ["TT"]}
    assert drawn["nodes"]["arxiv"] == {2: "1912.01865"}
    assert drawn["nodes"]["year"] == {2: 2019}
    assert drawn["edges"] == {"out": [0, 0, 2], "r": [0, 6], "o": [1, 0], "c": [900, 750],
                              "n": {1: 2}}  # fmt: skip
    assert drawn["support"] == {"about": {}, "runs": [0, 3]}
    assert drawn["sources"] == [["source/notes", "notes.md", "Notes", [2], []]]
    assert sentences["quotes"] == [
        "Two Towers is trained with a triplet loss.",
        "Again: triplet loss.",
    ]
    assert sentences["quote"] == [0, 1, 0]
    assert sentences["line"] == [3, 7, 7]
    assert sentences["from"] == [0, 29, 7]
    assert sentences["length"] == {}


def test_every_kind_and_relation_has_words_and_looks() -> None:
    assert list(KINDS) == list(Kind)
    assert set(RELATIONS) == set(Relation)
    assert len({style.colour for style in KINDS.values()}) == len(Kind)
    assert len({style.shape for style in KINDS.values()}) == len(Kind)


def test_an_assertion_whose_end_is_missing_is_left_out() -> None:
    graph = _small()
    cut = Graph(graph.entities[1:], (), graph.sources, graph.assertions)
    drawn, _ = to_payload(cut, layout(cut))
    assert drawn["edges"]["o"] == [0]


@pytest.mark.parametrize(
    ("quote", "start", "end", "markup", "names", "marked"),
    [
        ("They use AdaIN here.", 9, 14, 0, ("AdaIN",), "AdaIN"),
        # With markup in the source the offset is too high: the name before it is meant.
        ("AdaIN follows AdaIN.", 19, 24, 9, ("AdaIN",), "AdaIN"),
        ("They use adain here.", 11, 16, 4, ("AdaIN",), "adain"),
        ("They use PCA here.", 12, 15, 4, ("principal component analysis", "PCA"), "PCA"),
        ("Nothing is named here.", 12, 15, 4, ("AdaIN",), ""),
        ("An \U0001f600 and AdaIN.", 9, 14, 0, ("AdaIN",), "AdaIN"),
    ],
)
def test_what_is_marked_in_a_quote(
    quote: str, start: int, end: int, markup: int, names: tuple[str, ...], marked: str
) -> None:
    at, length = mark(_evidence(quote, start, end, markup), names)
    units = quote.encode("utf-16-le")
    assert units[2 * at : 2 * (at + length)].decode("utf-16-le") == marked if marked else at == -1


def test_offset_before_markup_picks_the_nearest_name_before_it() -> None:
    quote = "AdaIN follows AdaIN."
    assert mark(_evidence(quote, 19, 24, 9), ("AdaIN",)) == (14, 5)
    assert mark(_evidence(quote, 4, 9, 9), ("AdaIN",)) == (0, 5)


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("StarGAN v2: Diverse Image Synthesis", "StarGAN v2"),
        ("A Simple Title", "A Simple Title"),
        ("On the Importance of Being Short in Each Way", "On the Importance of Being Short…"),
        (": no head", ": no head"),
    ],
)  # fmt: skip
def test_short_labels(title: str, label: str) -> None:
    assert short_label(Paper("paper/x", Kind.PAPER, title)) == label


@pytest.mark.parametrize(
    ("identifiers", "address"),
    [
        (Identifiers(arxiv="1912.01865"), "https://arxiv.org/abs/1912.01865"),
        (Identifiers(doi="10.1/a b"), "https://doi.org/10.1/a%20b"),
        (Identifiers(url="http://example.org/x"), "http://example.org/x"),
        (Identifiers(url="javascript:alert(1)"), ""),
        (Identifiers(url="//example.org"), ""),
        (Identifiers(), ""),
    ],
)
def test_only_web_addresses_become_links(identifiers: Identifiers, address: str) -> None:
    assert link(Paper("paper/x", Kind.PAPER, "X", identifiers=identifiers)) == address


def _data(page: str, name: str) -> Any:
    (text,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.S)
    return json.loads(text)


def test_policy_names_the_hash_of_each_script_and_style_and_nothing_else() -> None:
    page = to_html(_small())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)

    def hashed(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashed(script)}'; "
        f"style-src 'sha256-{hashed(style)}'; base-uri 'none'; form-action 'none'"
    )
    markup = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    assert not re.search(r"\s(on\w+|style|src)\s*=", markup)


def test_policy_of_several_scripts() -> None:
    assert content_security_policy(["a", "b"], []).count("sha256-") == 2


def test_hostile_strings_stay_data() -> None:
    page = to_html(hostile())
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert "<img" not in markup
    assert markup.count("<script") == 2
    assert markup.count("</script>") == 2
    assert "<title>Notes &lt;/script&gt;&lt;script&gt;" in markup
    assert page.encode("utf-8")
    names = _data(page, "graph-data")["nodes"]["name"]
    assert sorted(names) == sorted(e.name for e in hostile().entities)


def test_json_keeps_every_string() -> None:
    strings = ["</script>", "<!--", "a & b", "\u2028\u2029", "\ud83d", "\x00", "é", '"\\']
    text = json_for_html(strings)
    assert json.loads(text) == strings
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", text)


def test_page_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in "ab":
        write_explorer(literature(200), tmp_path / f"{name}.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_page_names_no_address_that_is_loaded() -> None:
    page = to_html(literature(80))
    outside = set(re.findall(r"https?://[^\s\"'`<>)\\]+", joined_script() + page)) - {
        "https://w3id.org/paperkg/",
        "https://w3id.org/paperkg/ontology#",
    }
    assert outside == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/2004/02/skos/core#",
        "https://arxiv.org/abs/",
        "https://schema.org/",
    }


def test_an_empty_graph_is_a_page() -> None:
    assert _data(to_html(Graph((), (), (), ())), "graph-data")["nodes"]["id"] == []


def test_seed_sized_page_is_below_a_megabyte() -> None:
    assert len(to_html(literature(600)).encode()) < 1_000_000


def test_frequent_words_become_characters_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = literature(150)
    _, whole = to_payload(graph, layout(graph))
    monkeypatch.setattr(payload, "LONG_TEXT", 1000)
    _, coded = to_payload(graph, layout(graph))
    word = dict(zip(coded["codes"], coded["words"], strict=True))
    assert ["".join(word.get(c, c) for c in q) for q in coded["quotes"]] == whole["quotes"]
    assert len(json_for_html(coded).encode()) < 0.7 * len(json_for_html(whole).encode())


def test_frame_holds_the_page() -> None:
    frame = to_frame(_small(), height=500)
    (inner,) = re.findall(r'srcdoc="([^"]*)"', frame)
    assert html.unescape(inner) == to_html(_small())
    assert 'height="500"' in frame
    assert _small()._repr_html_().startswith("<iframe srcdoc=")


def test_modules_share_a_scope_without_clashes() -> None:
    names: dict[str, str] = {}
    for module in sorted(FOLDER.glob("*.js")):
        if module.name == "simple.js":
            continue
        text = module.read_text(encoding="utf-8")
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:const|let|function\*?|class) (\w+)", text, re.M
        ):
            assert names.setdefault(name, module.name) == module.name, name
    assert names["Stage"] == "stage.js"


def test_every_module_is_in_the_page() -> None:
    script = joined_script()
    assert "import " not in re.sub(r"//.*", "", script)
    for module in FOLDER.glob("*.js"):
        if module.name != "simple.js":
            first = module.read_text(encoding="utf-8").splitlines()[0]
            assert first in script


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("module", sorted(p.name for p in FOLDER.glob("*.js")))
def test_modules_parse(module: str, tmp_path: Path) -> None:
    copy = tmp_path / f"{module[:-3]}.mjs"
    copy.write_text((FOLDER / module).read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(["node", "--check", str(copy)], check=True, capture_output=True)
