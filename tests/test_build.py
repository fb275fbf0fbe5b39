"""From files to a graph: errors, invariants of every evidence, and the same bytes every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg import annotate
from kg.build import Built, above, build_report, without_quotes, write_exports
from kg.errors import LexiconError, NoPapersError, PipelineError, SourceError
from kg.extract import extract
from kg.extract.findings import to_evidence
from kg.graph import Graph
from kg.model import Evidence, Paper, Problem, Relation
from tests.pages import annotations, pipeline

ROOT = Path(__file__).resolve().parents[1]
SUMMARIES = ROOT / "data" / "summaries"

KITES = """\
---
title: Kites of the Year
---

# Flying

#### KiteNet v2: Kites for Every Wind ([paper](https://arxiv.org/abs/2001.00001))

The authors propose **KiteNet v2**, an improved version of
[KiteNet](https://arxiv.org/abs/1901.00001) for image segmentation. It is trained with an
*adversarial loss* and evaluated on ImageNet. Unlike
[Mask R-CNN](https://arxiv.org/abs/1703.06870), it needs no proposals.
"""

BIRDS = """\
#### BirdNet: Birds from Sound ([paper](https://arxiv.org/abs/2002.00002))

The authors introduce BirdNet, a convolutional neural network for speech recognition. It builds on
[KiteNet v2](https://arxiv.org/abs/2001.00001), and it is trained on LibriSpeech with a
cross-entropy loss.
"""

NO_PAPERS = "# Shopping\n\nMilk, bread and two apples.\n"


@pytest.fixture(autouse=True)
def one_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default pipeline is loaded once for all builds of this process."""
    load = annotate.load_pipeline
    monkeypatch.setattr(
        annotate, "load_pipeline", lambda name=None: load(name) if name else pipeline()
    )


@cache
def shipped() -> Built:
    """The build of the post that ships."""
    return build_report([SUMMARIES])


def write(folder: Path, **files: str | bytes) -> Path:
    """`folder` with these Markdown files; "__" in a name stands for a folder."""
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def triples(graph: Graph) -> set[tuple[str, str, str]]:
    return {(a.subject, str(a.relation), a.object) for a in graph.assertions}


# ------------------------------------------------------------------------- the shipped post


def test_stargan_v2_extends_stargan_and_the_sentence_says_so():
    graph = shipped().graph
    (assertion,) = (
        a
        for a in graph.assertions
        if (a.subject, a.object) == ("paper/arxiv-1912.01865", "paper/arxiv-1711.09020")
    )
    assert assertion.relation is Relation.EXTENDS
    assert assertion.confidence > 0.5
    (evidence,) = assertion.evidence
    assert "first version of StarGAN" in evidence.quote
    text = (SUMMARIES / "cvpr-2020-a-snapshot.md").read_text("utf-8")
    assert text[evidence.mention.start : evidence.mention.end] == "StarGAN"
    assert text.count("\n", 0, evidence.span.start) + 1 == evidence.line


def test_papers_of_the_shipped_post():
    graph = shipped().graph
    (source,) = graph.sources
    assert (len(source.summarises), len(source.lists)) == (28, 69)
    assert (source.path, source.licence) == ("cvpr-2020-a-snapshot.md", "MIT")
    assert all(graph.by_id[p].name for p in (*source.summarises, *source.lists))
    titled = [p for p in graph.papers if p.title is not None]
    assert {p.id for p in titled} == {*source.summarises, *source.lists}


def test_msg_gan_of_a_list_and_of_the_prose_is_one_paper():
    papers = [p for p in shipped().graph.papers if "MSG-GAN" in (p.name, *p.aliases, p.title)
              or (p.title or "").startswith("MSG-GAN")]  # fmt: skip
    assert [p.id for p in papers] == ["paper/arxiv-1903.06048"]


# ------------------------------------------------------------------------------ invariants

_MARKUP = (
    (re.compile(r"\$\$?"), ""),
    (re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?:[^()]|\([^()]*\))*\)"), r"\1"),
    (re.compile(r"(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"^\s*(?:[-*>]|\d+\.)\s", re.MULTILINE), " "),
)


def plain(markdown: str) -> str:
    """Markdown without links, emphasis and signs of formulas, on one line.

    Written apart from the reader, so that one checks the other.
    """
    for pattern, kept in _MARKUP:
        markdown = pattern.sub(kept, markdown)
    return " ".join(markdown.split())


def assert_stands(evidence: Evidence, text: str) -> None:
    """The quote is what stands at its span, markup aside, and the mention is inside."""
    place = text[evidence.span.start : evidence.span.end]
    assert plain(place) == " ".join(evidence.quote.split())
    assert evidence.quote.strip()
    assert evidence.span.start <= evidence.mention.start
    assert evidence.mention.start < evidence.mention.end <= evidence.span.end
    assert plain(text[evidence.mention.start : evidence.mention.end])
    assert evidence.line == text.count("\n", 0, evidence.span.start) + 1


def test_every_quote_of_the_shipped_post_stands_at_its_place():
    text = (SUMMARIES / "cvpr-2020-a-snapshot.md").read_text("utf-8")
    places = [e for a in shipped().graph.assertions for e in a.evidence]
    assert len(places) > 300
    assert all(a.evidence for a in shipped().graph.assertions)
    for evidence in places:
        assert_stands(evidence, text)


def test_every_end_of_an_assertion_is_a_node_and_about_a_summarised_paper():
    graph = shipped().graph
    summarised = {p for s in graph.sources for p in s.summarises}
    for a in graph.assertions:
        assert {a.subject, a.object} <= set(graph.by_id)
        assert {e.about for e in a.evidence} <= summarised
        assert 0 < a.confidence < 1
    assert graph.canonical() == graph


PHRASES = st.sampled_from(
    [
        "The authors propose",
        "the **KiteNet** system",
        "a *new* network",
        "based on the [StarGAN](https://arxiv.org/abs/1711.09020) generator",
        "trained with an `L1` loss",
        "for image segmentation.",
        "It uses\nan\n  encoder",
        "(GAN)",
        "on [ImageNet](https://image-net.org), too.",
        "Unlike Mask R-CNN,",
        "it is evaluated",
        "é — “β-VAE”",
        "\n\n- a discriminator and a",
        "\n\n> The loss is",
        "\r\nand so on.",
    ]
)


def assert_all_stand(text: str) -> None:
    for annotation in annotations(text):
        page, findings = extract(annotation)
        for finding in findings:
            assert finding.support
            assert 0 < finding.confidence <= 1
            for support in finding.support:
                evidence = to_evidence(page, support, "source/post-md", "paper/a")
                assert_stands(evidence, text)


HEAD = "#### KiteNet: Kites ([paper](https://arxiv.org/abs/2001.00001))\n\n"


@given(st.lists(PHRASES, min_size=3, max_size=14))
@settings(max_examples=25, deadline=None)
def test_quotes_of_any_summary_stand_at_their_places(phrases: list[str]):
    assert_all_stand(f"{HEAD}The kites fly so well. {' '.join(phrases)} and so on.\n")


@pytest.mark.parametrize(
    "text",
    [
        "[StarGAN](https://arxiv.org/abs/1711.09020) is extended by the authors with a tail.",
        "The authors extend, with a longer tail, [StarGAN](https://arxiv.org/abs/1711.09020)",
        "**KiteNet** is a new network for segmentation that the authors propose and fly.",
    ],
)
def test_markup_at_the_edge_of_a_sentence_belongs_to_it(text: str):
    assert_all_stand(f"{HEAD}{text}\n")


# ---------------------------------------------------------------------------- the same graph


def test_order_of_sources_and_naming_one_twice_make_no_difference(tmp_path: Path):
    write(tmp_path, a=KITES, sub__b=BIRDS)
    a, b = tmp_path / "a.md", tmp_path / "sub" / "b.md"
    graph = kg.build([tmp_path])
    assert [s.path for s in graph.sources] == ["a.md", "sub/b.md"]
    assert kg.build([a, b]) == kg.build([b, str(a)]) == kg.build([tmp_path, b, a]) == graph


def test_one_source_may_be_named_alone(tmp_path: Path):
    write(tmp_path, a=KITES)
    assert kg.build(str(tmp_path)) == kg.build(tmp_path) == kg.build([tmp_path])


def test_the_name_of_a_file_does_not_decide_its_format(tmp_path: Path):
    (tmp_path / "post.md").write_text(KITES, "utf-8")
    (tmp_path / "post.txt").write_text(KITES, "utf-8")
    markdown, text = kg.build(tmp_path / "post.md"), kg.build(tmp_path / "post.txt")
    assert markdown.entities == text.entities
    assert triples(markdown) == triples(text)


def test_windows_newlines_and_a_byte_order_mark_change_no_triple(tmp_path: Path):
    write(tmp_path, a=KITES, b="\ufeff" + KITES.replace("\n", "\r\n"))
    assert triples(kg.build(tmp_path / "a.md")) == triples(kg.build(tmp_path / "b.md"))


def test_files_are_the_same_on_every_hash_seed(tmp_path: Path):
    """Two fresh processes whose sets have different orders write the same bytes."""
    write(tmp_path, in__a=KITES, in__b=BIRDS)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "kg", "build", str(tmp_path / "in"), "-o", str(tmp_path / seed)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.DEVNULL,
        )
        for seed in ("1", "2")
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    names = sorted(p.name for p in (tmp_path / "1").iterdir())
    assert names == ["graph.graphml", "graph.html", "graph.ttl", "report.md"]
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


# ------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, SourceError, "no such file"),
        ("", SourceError, "the file is empty"),
        (" \r\n\t", SourceError, "the file is empty"),
        (
            b"\x89PNG\0\0\1",
            SourceError,
            "not a text file; give Markdown, text, HTML, BibTeX or JSON",
        ),
        (b"na\xefve", SourceError, "not UTF-8 text; save it as UTF-8"),
        (NO_PAPERS, NoPapersError, "read, and no paper found; a paper is a heading with a link"),
    ],
)
def test_source_that_gives_no_paper(
    tmp_path: Path, content: str | bytes | None, error: type[SourceError], message: str
):
    if content is not None:
        write(tmp_path, a=content)
    with pytest.raises(SourceError) as caught:
        kg.build([tmp_path / "a.md"])
    assert type(caught.value) is error
    assert caught.value.message.startswith(message)
    assert caught.value.place is not None
    assert caught.value.place.startswith(str(tmp_path / "a.md"))
    assert caught.value.exit_code == (1 if error is NoPapersError else 2)


def test_folder_without_texts(tmp_path: Path):
    (tmp_path / "photo.png").write_bytes(b"\0")
    with pytest.raises(SourceError, match="no text files in this folder; give one with summaries"):
        kg.build([tmp_path])


def test_no_source_at_all():
    with pytest.raises(SourceError, match="no source named"):
        kg.build([])


def test_folder_of_which_nothing_can_be_read(tmp_path: Path):
    write(tmp_path, a=b"\0", b="")
    with pytest.raises(SourceError, match="not a text file") as caught:
        kg.build([tmp_path])
    assert type(caught.value) is SourceError
    assert caught.value.place == "a.md:1"


def test_folder_that_can_be_read_and_holds_no_paper(tmp_path: Path):
    write(tmp_path, a=b"\0", b=NO_PAPERS)
    with pytest.raises(NoPapersError):
        kg.build([tmp_path])


def test_folder_of_which_one_file_fails_is_built_without_it(tmp_path: Path):
    write(tmp_path, a=KITES)
    alone = build_report([tmp_path])
    write(tmp_path, b=b"\0", c=NO_PAPERS)
    built = build_report([tmp_path])
    assert built.problems == (
        Problem("b.md", 1, "not a text file; give Markdown, text, HTML, BibTeX or JSON"),
    )
    assert (built.files_read, built.files_failed) == (2, 1)
    assert (alone.files_read, alone.files_failed, alone.problems) == (1, 0, ())
    assert built.graph.assertions == alone.graph.assertions


def test_summary_in_another_language_is_told_and_the_rest_is_built(tmp_path: Path):
    write(
        tmp_path,
        a=KITES + "\n#### Drachen ([paper](https://arxiv.org/abs/2001.00007))\n\n"
        "Die Autoren schlagen ein Netz vor, das mit einer neuen Verlustfunktion auf den Daten von "
        "zwei Kliniken trainiert wird und auch bei wenigen Bildern nicht versagt.\n",
    )
    built = build_report([tmp_path / "a.md"])
    assert [p.message for p in built.problems] == [
        "the language looks like German; only English is read"
    ]
    assert (built.files_read, built.files_failed) == (1, 0)
    assert [s.summarises for s in built.graph.sources] == [("paper/arxiv-2001.00001",)]


def test_pipeline_that_is_not_installed(tmp_path: Path):
    write(tmp_path, a=KITES)
    with pytest.raises(PipelineError, match="'en_kite_sm' is not installed"):
        kg.build([tmp_path], pipeline="en_kite_sm")


# ------------------------------------------------------------------------------ options


def test_what_is_below_a_confidence_is_left_out_with_what_only_it_named():
    whole = shipped().graph
    half = above(whole, 0.5)
    assert half.assertions == tuple(a for a in whole.assertions if a.confidence >= 0.5)
    assert 0 < len(half.assertions) < len(whole.assertions)
    ends = {end for a in half.assertions for end in (a.subject, a.object)}
    for entity in half.entities:
        assert entity.id in ends or (isinstance(entity, Paper) and entity.title is not None)
    assert half.sources == whole.sources
    assert half.topics == whole.topics
    assert above(whole, 0.0) is whole
    assert above(whole, 1.0).assertions == ()


def test_least_confidence_of_a_build(tmp_path: Path):
    write(tmp_path, a=KITES, b=BIRDS)
    whole = build_report([tmp_path])
    middle = sorted(a.confidence for a in whole.graph.assertions)[len(whole.graph.assertions) // 2]
    half = build_report([tmp_path], min_confidence=middle)
    assert half.graph == above(whole.graph, middle) != whole.graph
    for built in (whole, half):
        for candidate in built.candidates:
            assert {candidate.first, candidate.second} <= set(built.graph.by_id)


def test_corrections_of_the_current_folder_are_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path, a=KITES)
    monkeypatch.chdir(tmp_path)
    before = kg.build(["a.md"])
    assert "paper/arxiv-1901.00001" in before.by_id
    drop = "drop\tpaper/arxiv-2001.00001\t*\tpaper/arxiv-1901.00001\n"
    (tmp_path / "corrections.tsv").write_text(drop, "utf-8")
    after = kg.build(["a.md"])
    assert "paper/arxiv-1901.00001" not in after.by_id
    (tmp_path / "none.tsv").write_text("# nothing\n", "utf-8")
    assert kg.build(["a.md"], corrections="none.tsv") == before
    (tmp_path / "corrections.tsv").write_text("forget\tit\n", "utf-8")
    with pytest.raises(LexiconError, match=r"corrections.tsv:1: unknown correction 'forget'"):
        kg.build(["a.md"])


def test_licence_stands_beside_a_source(tmp_path: Path):
    write(tmp_path, a=KITES, sub__b=BIRDS)
    notice = tmp_path / "sub" / "b.md.license"
    notice.write_text("Copyright Otto\n\nSPDX-License-Identifier: CC-BY-4.0\n", "utf-8")
    (tmp_path / "a.md.license").write_bytes(b"\xff no licence here")
    graph = kg.build([tmp_path])
    assert [s.licence for s in graph.sources] == [None, "CC-BY-4.0"]
    assert [s.licence for s in kg.build([tmp_path / "sub" / "b.md"]).sources] == ["CC-BY-4.0"]


def test_progress_is_told_by_stage(tmp_path: Path):
    write(tmp_path, a=KITES, b=BIRDS)
    told: list[tuple[str, int, int]] = []
    built = build_report([tmp_path], progress=lambda *step: told.append(step))
    write_exports(built, tmp_path / "out", progress=lambda *step: told.append(step))
    assert told == [
        ("loading the language pipeline", 0, 2),
        ("extracting", 1, 2),
        ("extracting", 2, 2),
        ("resolving", 0, 1),
        ("resolving", 1, 1),
        *(("writing", n, 4) for n in range(5)),
    ]


def test_list_of_papers_needs_no_pipeline(tmp_path: Path):
    write(
        tmp_path,
        a="# Reading List\n\n"
        "- [Kites and How to Fly Them](https://arxiv.org/abs/2001.00001)\n"
        "- [Birds and How to Hear Them](https://arxiv.org/abs/2002.00002)\n"
        "- [Winds and How to Map Them](https://arxiv.org/abs/2003.00003)\n",
    )
    graph = kg.build([tmp_path], pipeline="en_kite_sm")
    assert [p.id for p in graph.papers] == [f"paper/arxiv-200{n}.0000{n}" for n in (1, 2, 3)]
    assert graph.assertions == ()


def test_without_quotes_only_the_words_are_gone():
    graph = without_quotes(shipped().graph)
    places = [e for a in graph.assertions for e in a.evidence]
    assert {(e.quote, e.prefix, e.suffix) for e in places} == {("", "", "")}
    assert triples(graph) == triples(shipped().graph)
    assert [e.span for e in places] == [
        e.span for a in shipped().graph.assertions for e in a.evidence
    ]


def test_exports_that_cannot_be_written_leave_the_old_ones(tmp_path: Path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "graph.ttl").mkdir()
    write(tmp_path, a=KITES)
    with pytest.raises(OSError, match=r"graph\.ttl"):
        write_exports(build_report([tmp_path / "a.md"]), folder)
    assert [p.name for p in folder.iterdir()] == ["graph.ttl"]
