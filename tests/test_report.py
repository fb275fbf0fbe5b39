"""report.md of the small graph, word for word where it matters."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kg.build import Built
from kg.model import Problem, SourceDocument
from kg.report import LEAST_CERTAIN, escape, summary, to_markdown
from kg.resolve import MergeCandidate
from tests.graphs import graphs, small_graph


def built(**fields: object) -> Built:
    values = {
        "graph": small_graph(),
        "problems": (),
        "candidates": (),
        "files_read": 2,
        "files_failed": 0,
    }
    return Built(**{**values, **fields})  # type: ignore[arg-type]  # fields of any type


def section(report: str, heading: str) -> list[str]:
    """The lines below a heading up to the next heading."""
    lines = report.split("\n")
    start = lines.index(heading) + 1
    end = next((i for i in range(start, len(lines)) if lines[i].startswith("#")), len(lines))
    return [line for line in lines[start:end] if line]


def test_summary() -> None:
    assert summary(built()) == (
        "3 papers summarised and 2 listed in 2 sources: 23 entities, 20 assertions"
    )
    assert summary(built(files_failed=1)).endswith("; 1 file could not be read")


def test_counts_by_kind_and_relation() -> None:
    lines = section(to_markdown(built()), "# What was found")
    assert "| Paper | 9 |" in lines
    assert "| Method | 7 |" in lines
    assert "| Loss | 2 |" in lines
    assert "| usesLoss | 2 | 3 |" in lines
    assert "| comparesWith | 1 | 1 |" in lines


def test_least_certain_come_first() -> None:
    lines = section(to_markdown(built()), "## Least certain first")
    assert lines[:2] == [
        "- 0.333 **BiFPN** usedFor **object detection**",
        "  (translation.md:19, cue): For object detection the authors put a BiFPN on top of "
        "EfficientNet.",
    ]
    assert len(lines) == 2 * 20
    numbers = [float(line.split()[1]) for line in lines[::2]]
    assert numbers == sorted(numbers)


def test_only_so_many_are_shown() -> None:
    graph = small_graph()
    many = replace(graph, assertions=graph.assertions * 6)
    lines = section(to_markdown(built(graph=many)), "## Least certain first")
    assert lines[0] == f"The {LEAST_CERTAIN} least certain of 120 assertions."
    assert len(lines) == 1 + 2 * LEAST_CERTAIN


def test_without_quotes_no_sentence_is_shown() -> None:
    report = to_markdown(built(), quotes=False)
    assert "on top of" not in report
    assert "  (translation.md:19, cue)\n" in report


def test_a_paper_by_kind() -> None:
    heading = "### StarGAN v2: Diverse Image Synthesis for Multiple Domains"
    assert section(to_markdown(built()), heading) == [
        "- proposes: StarGAN v2 (1.00)",
        "- prior work: extends StarGAN (0.90); buildsOn AdaIN (0.81); cites StyleGAN (0.40)",
        "- methods: AdaIN (0.65)",
        "- losses: adversarial loss (0.93); style reconstruction loss (0.80)",
        "- datasets: CelebA-HQ (0.88)",
        "- metrics: FID (0.90)",
        "- concepts: style code (0.50)",
        "- between them: generator of StarGAN v2 partOf StarGAN v2 (0.70); "
        "StarGAN v2 variantOf StarGAN (0.75); generator of StarGAN v2 variantOf generator (0.70)",
    ]


def test_said_in_the_summary_of_another_paper() -> None:
    assert section(to_markdown(built()), "### Mask R-CNN") == [
        "- losses: StarGAN v2 adversarial loss (0.93)",
        "- tasks: instance segmentation (0.90)",
    ]


def test_listed_papers() -> None:
    assert section(to_markdown(built()), "## Listed in translation.md") == [
        "- RegNet",
        "- Deep Residual Learning for Image Recognition",
    ]


def test_problems_and_candidates() -> None:
    report = to_markdown(
        built(
            problems=(Problem("a_b.md", 7, "is not <text>"),),
            candidates=(MergeCandidate("method/adain", "method/bifpn", "alike in *two* letters"),),
        )
    )
    assert section(report, "## Problems") == ["- a\\_b.md:7: is not \\<text\\>"]
    assert section(report, "## Could be one, kept apart") == [
        "- **AdaIN** and **BiFPN**: alike in \\*two\\* letters"
    ]
    assert "## Problems" not in to_markdown(built())


def test_an_empty_graph_has_a_report() -> None:
    graph = replace(
        small_graph(), entities=(), topics=(), sources=(SourceDocument("source/x", "x"),),
        assertions=(),
    )  # fmt: skip
    assert "0 papers summarised" in to_markdown(built(graph=graph))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_escaped_text_shows_as_it_is(text: str) -> None:
    (block,) = MarkdownIt("commonmark").parse(f"x {escape(text)} x")[1:2]
    assert block.children is not None
    assert {child.type for child in block.children} <= {"text", "text_special"}
    shown = "".join(child.content for child in block.children)
    assert shown.split() == ["x", *text.split(), "x"]


@given(graphs())
def test_any_graph_gives_one_report(graph: object) -> None:
    report = to_markdown(built(graph=graph))
    assert report == to_markdown(built(graph=graph))
    assert report.startswith("# What was found\n")
