"""Opening files, telling formats apart, and the invariants that hold for any text."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.model import Block, Problem, Reading, Source
from kg.read import parse_source, read_source, read_sources
from kg.read.blocks import parse_passages
from kg.read.masking import mask

NOTE = """# A Note on Notes ([paper](https://arxiv.org/abs/2010.00001))

The authors propose to write notes with a *note* network.

- It is trained on
  old notes, and costs $$n^2$$ ink.
"""


def texts(reading: Reading) -> list[list[str]]:
    return [[block.text for block in document.blocks] for document in reading.documents]


# ------------------------------------------------------------------------------- files


def test_folder_is_read_in_order_of_paths_relative_to_it(tmp_path: Path):
    (tmp_path / "b").mkdir()
    for name in ("b/a.md", "c.txt", "a.md"):
        (tmp_path / name).write_text(NOTE, encoding="utf-8")
    readings = list(read_sources([tmp_path]))
    assert [r.source.path for r in readings] == ["a.md", "b/a.md", "c.txt"]
    assert [len(r.documents) for r in readings] == [1, 1, 1]


def test_file_given_by_name_is_relative_to_its_folder_or_to_the_root(tmp_path: Path):
    (tmp_path / "posts").mkdir()
    path = tmp_path / "posts" / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    assert [r.source.path for r in read_sources([path])] == ["note.md"]
    assert [r.source.path for r in read_sources([path], root=tmp_path)] == ["posts/note.md"]


def test_folder_skips_licences_hidden_files_and_what_is_no_text(tmp_path: Path):
    (tmp_path / ".hidden").mkdir()
    for name in ("LICENSE.md", "note.md.license", "photo.png", ".note.md", ".hidden/n.md", "n.md"):
        (tmp_path / name).write_text(NOTE, encoding="utf-8")
    assert [r.source.path for r in read_sources([tmp_path])] == ["n.md"]


def test_unreadable_file_of_a_folder_is_a_problem_and_the_rest_is_read(tmp_path: Path):
    (tmp_path / "a.md").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "b.md").write_bytes(b"fine\nna\xefve latin")
    (tmp_path / "c.md").write_text("  \n", encoding="utf-8")
    (tmp_path / "d.md").write_text(NOTE, encoding="utf-8")
    met: list[Problem] = []
    readings = list(read_sources([tmp_path], on_problem=met.append))
    assert [len(r.documents) for r in readings] == [0, 0, 0, 1]
    assert met == [
        Problem("a.md", 1, "not a text file; give Markdown, text, HTML, BibTeX or JSON"),
        Problem("b.md", 2, "not UTF-8 text; save it as UTF-8"),
        Problem("c.md", 1, "the file is empty"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"\r\n \t", "the file is empty"),
        (b"GIF89a\0\1", "not a text file; give Markdown, text, HTML, BibTeX or JSON"),
        (b"ab\ncd\xff", "not UTF-8 text; save it as UTF-8"),
    ],
)
def test_file_given_by_name_that_cannot_be_read(
    tmp_path: Path, content: bytes | None, message: str
):
    path = tmp_path / "post.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError) as error:
        list(read_sources([path]))
    assert error.value.message == message
    assert error.value.place is not None
    assert error.value.place.startswith(str(path))
    assert error.value.exit_code == 2


def test_folder_without_texts_is_an_error(tmp_path: Path):
    (tmp_path / "photo.png").write_bytes(b"\0")
    with pytest.raises(SourceError, match="no text files in this folder"):
        list(read_sources([tmp_path]))


def test_byte_order_mark_is_no_text(tmp_path: Path):
    path = tmp_path / "note.md"
    path.write_bytes(b"\xef\xbb\xbf" + NOTE.encode())
    assert read_source(path, tmp_path).source.text == NOTE


# ------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("name", ["post.md", "post.txt", "post.bib", "post"])
def test_name_of_a_file_does_not_decide_its_format(name: str):
    reading = parse_source(Source(name, NOTE))
    assert texts(reading) == texts(parse_source(Source("post.md", NOTE)))
    assert reading.documents[0].paper.identifiers.arxiv == "2010.00001"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n% mine\n@misc{a, title={Bib}, abstract={a b c d e f g h}}", "Bib"),
        ('{"title": "Lines", "abstract": "a"}\n', "Lines"),
        ('[\n  {"title": "Array", "abstract": "a"}\n]', "Array"),
        ("<!-- x --><html><h1>Page</h1><p>In this paper we show you a page.</p></html>", "Page"),
        ("# Mark\n\nIn this paper we show a down of seven words.", "Mark"),
    ],
)
def test_format_is_seen_in_the_text(text: str, title: str):
    (document,) = parse_source(Source("file.txt", text)).documents
    assert document.paper.title == title


@pytest.mark.parametrize(
    "text", ["{{ site.title }}\n", "[link](a)\n", "{% include x %}", "@someone said", "[1] foo"]
)
def test_markdown_that_starts_like_another_format_is_markdown(text: str):
    assert parse_source(Source("a.md", text + "\n\n" + NOTE)).problems == ()


def test_line_ends_make_no_difference_to_texts_and_are_kept_in_the_source(tmp_path: Path):
    cases = Path(__file__).parent / "cases" / "reading"
    checked = 0
    for path in sorted(cases.glob("*.md")):
        lines = path.read_bytes()
        crlf = tmp_path / path.name
        crlf.write_bytes(lines.replace(b"\n", b"\r\n"))
        unix, windows = read_source(path, cases), read_source(crlf, tmp_path)
        assert texts(unix) == texts(windows)
        assert [p.title for p in unix.listed] == [p.title for p in windows.listed]
        assert windows.source.text == unix.source.text.replace("\n", "\r\n")
        for block in (b for d in windows.documents for b in d.blocks):
            assert_offsets(block, windows.source.text)
        checked += len(unix.documents)
    assert checked >= 20


# ------------------------------------------------------------------------------- invariants

PIECES = st.sampled_from(
    ["# T ([paper](https://arxiv.org/abs/1912.08193))\n", "## A [arXiv] b ##\n", "\n\n", "- ",
     "  * ", "\t- ", "> ", "**", "*", "_", "`", "``", "$", "$$", "[a](b)", "[x]", "[x]: http://a.b\n",
     "![i](p)", "<a href='q'>", "</a>", '<div markdown="1">', "</div>", "<br>", "<figure>",
     "</figure>", "<!--", "-->", "{{ x }}", "{% y %}", "{: .z}", "&amp;", "&#65;", "\\", "\\*",
     "\r\n", "\r", "\n", "| a | b |\n|---|---|\n| c \\| d | e |\n", "|", "---\n", "title: x\n",
     "===\n", "1. ", "```\n", "~~~", "[^1]", "[^1]: note\n", "word ", "the model ", " ", "\t",
     "é", "中", "\u00a0", "\u2028", "\x0b", "\x1c", "\0", "@article{k, title={A {\\'e}}, ",
     'abstract="b"}\n', '{"title": "a\\u00e9", "abstract": "b"}\n', "<html>", "<p>", "<h2>",
     "</h2>", "<h5 id='a'>", "<li>", "Title: ", "Link: https://a.b/c.pdf\n", "\ufeff", "  \n",
     "(2016)", " :", "    ", "\\\\(", "\\[", "\\begin{eq}\n", "https://x.y/z). "]
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.text(max_size=200),
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join),
)


def assert_offsets(block: Block, source_text: str) -> None:
    """Each character came from its offset, except white space, entities and escapes."""
    assert block.text
    assert len(block.text) == len(block.offsets)
    assert list(block.offsets) == sorted(block.offsets)
    for character, offset in zip(block.text, block.offsets, strict=True):
        assert character in (source_text[offset], " ") or source_text[offset] in "&\\"
    assert_inside([link.span for link in block.links], len(block.text))
    assert_inside(block.emphasis, len(block.text))


def assert_inside(spans: Sequence[object], length: int) -> None:
    for span in spans:
        assert 0 <= span.start < span.end <= length  # type: ignore[attr-defined]


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_passages_of_any_markdown_stand_at_their_offsets(text: str):
    masked = mask(text)
    assert len(masked) == len(text)
    for passage in parse_passages(masked):
        assert_offsets(passage.block, text)


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_error_and_at_its_offsets(text: str):
    reading = parse_source(Source("a.md", text))
    for document in reading.documents:
        assert 0 <= document.paper.span.start < document.paper.span.end <= len(text)
        for block in document.blocks:
            assert_offsets(block, text)
    for paper in reading.listed:
        assert 0 <= paper.span.start < paper.span.end <= len(text)


def test_source_span_of_words_reaches_over_the_markup_between():
    (document,) = parse_source(Source("a.md", NOTE)).documents
    paragraph = document.blocks[1]
    start = paragraph.text.index("note network")
    span = paragraph.source_span(type(document.paper.span)(start, start + len("note network")))
    assert NOTE[span.start : span.end] == "note* network"


# ------------------------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("German", "Die Autoren schlagen ein Netz vor, das mit einer neuen Verlustfunktion auf den "
         "Daten von zwei Kliniken trainiert wird und auch bei wenigen Bildern nicht versagt."),
        ("Spanish", "Los autores proponen una red para la segmentación de imágenes que se entrena "
         "con pocos datos y que es más rápida que los métodos del estado del arte."),
        ("Chinese", "这篇论文提出了一种新的网络结构 ResNet，用于分类任务，并取得了很好的效果。"),
        ("Japanese", "この論文では画像を分類するための新しいネットワークを提案している。"),
        ("Russian", "Авторы предлагают новую архитектуру сети ResNet для классификации."),
    ],
)  # fmt: skip
def test_other_languages_are_reported_and_left_out(language: str, text: str):
    note = f"# [Network](https://arxiv.org/abs/2010.00002)\n\n{text}\n"
    reading = parse_source(Source("a.md", note))
    assert reading.documents == ()
    assert reading.problems == (
        Problem("a.md", 1, f"the language looks like {language}; only English is read"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "tl;dr: LSS + depth. Uses DeepLab de la Torre et al., El Niño data, IoU/AP on KITTI val.",
        "$p_\\theta(x) = \\sum_i \\alpha_i \\phi(x_i)$ and $\\mathcal{L} = \\beta \\gamma$ too",
        "Trains on WMT German, French, en-de, de-en, en-fr and fr-en pairs of short sentences too.",
        "Erdős, Gödel, Schölkopf, Müller, Hénaff & Šimánek use ünïcödé names in the experiments.",
    ],
)
def test_short_english_notes_with_names_and_formulas_are_english(text: str):
    note = f"# [Network](https://arxiv.org/abs/2010.00002)\n\n{text}\n"
    reading = parse_source(Source("a.md", note))
    assert (len(reading.documents), reading.problems) == (1, ())


# ------------------------------------------------------------------------------- speed


def test_a_long_post_is_read_quickly():
    """A post of the size of a conference report (50 kB) takes well under half a second."""
    chapter = "".join(
        f"\n#### Paper {name} of the Chapter ([paper](https://arxiv.org/abs/2001.{i:05}))\n\n"
        + f"The authors of *{name}* extend [ResNet](https://arxiv.org/abs/1512.03385). " * 20
        for i, name in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)
    )
    source = Source("post.md", "---\ntitle: Long\n---\n\n# Chapter\n" + chapter)
    assert len(parse_source(source).documents) == 26
    start = time.perf_counter()
    parse_source(source)
    assert time.perf_counter() - start < 0.5
