"""Titles and links in headings and list items, in the ways that authors write them."""

import pytest

from kg.model import Block
from kg.read.blocks import parse_passages
from kg.read.listings import parse_listing
from kg.read.masking import mask
from kg.read.titles import Naming, is_list_heading, is_section, parse_heading

ARXIV = "1912.08193"
LINK = f"https://arxiv.org/abs/{ARXIV}"


def block(markdown: str) -> Block:
    (passage,) = parse_passages(mask(markdown))
    return passage.block


def title(block: Block, naming: Naming) -> str:
    return block.text[naming.title.start : naming.title.end]


@pytest.mark.parametrize(
    ("heading", "year"),
    [
        (f"Title of It ([paper]({LINK}), [code](https://github.com/a/b))", None),
        (f"Title of It [[Paper]]({LINK})[[Code]](https://github.com/a/b)", None),
        (f"Title of It [\\[paper\\]]({LINK})", None),
        (f"Title of It | [paper]({LINK})", None),
        (f"Title of It – [arXiv:{ARXIV}]({LINK})", None),
        (f"Title of It — [link to the paper]({LINK})", None),
        (f"Title of It, CVPR 2020 [[pdf](https://arxiv.org/pdf/{ARXIV}.pdf)]", 2020),
        (f'Title of It <a href="{LINK}">[paper]</a>', None),
        (f"1. Title of It ([abs]({LINK}) / [pdf](https://arxiv.org/pdf/{ARXIV}))", None),
        (f"Title of It (2019) [paper]({LINK})", 2019),
        (f"Title of It (CVPR 2020, oral) ([paper]({LINK}))", 2020),
        (f"**Title of It** ([NeurIPS 2020]({LINK}))", 2020),
        (f"Title of It ([Paper]({LINK}) & [Project](https://a.github.io))", None),
        (f"Title of It {LINK}", None),
        (f"Title of It (arXiv:{ARXIV})", None),
        (f"Title of It ({LINK}):", None),
    ],
)
def test_heading_with_a_link_beside_its_title(heading: str, year: int | None):
    found = parse_heading(block("#### " + heading))
    assert title(block("#### " + heading), found) == "Title of It"
    assert found.identifiers.arxiv == ARXIV
    assert found.year == year
    assert (found.marked, found.linked) == (True, False)


@pytest.mark.parametrize(
    ("heading", "year"),
    [
        (f"[Title of It]({LINK})", None),
        (f"[Title of It]({LINK})]", None),
        (f"- [Title of It]({LINK}) (ICLR 2021)", 2021),
        (f"[Title of It]({LINK}) (TofI v2)", None),
        (f"📄 [Title of It]({LINK})", None),
        (f"[CVPR'20] [Title of It]({LINK})", None),
        (f"[Paper 1: Title of It]({LINK})", None),
    ],
)
def test_heading_that_is_a_link(heading: str, year: int | None):
    found = parse_heading(block("## " + heading))
    assert title(block("## " + heading), found) == "Title of It"
    assert found.identifiers.arxiv == ARXIV
    assert found.year == year
    assert (found.marked, found.linked) == (False, True)


@pytest.mark.parametrize(
    ("heading", "expected", "year"),
    [
        ("Title of It (2019)", "Title of It", 2019),
        ("Title of It [Author et al. 2019]", "Title of It", 2019),
        ('"Title of It" (ICLR 2021)', "Title of It", 2021),
        ("2.1 Title of It", "Title of It", None),
        ("Paper: Title of It", "Title of It", None),
        ("12-in-1: Multi-Task It", "12-in-1: Multi-Task It", None),
        ("3D Photography of It", "3D Photography of It", None),
        ("Is It a Title?", "Is It a Title?", None),
        ("Going beyond $k$-means (and back)", "Going beyond k-means (and back)", None),
        ("Findings of the Shared Task 2018", "Findings of the Shared Task 2018", None),
        ("Extending [It](https://arxiv.org/abs/1703.06870) to more", "Extending It to more", None),
    ],
)
def test_heading_without_a_link_to_its_paper(heading: str, expected: str, year: int | None):
    found = parse_heading(block("# " + heading))
    assert title(block("# " + heading), found) == expected
    assert (found.marked, found.linked, found.year) == (False, False, year)


def test_heading_with_an_empty_link_is_marked():
    found = parse_heading(block("#### Title of It ([paper]())"))
    assert found.marked
    assert found.identifiers.arxiv is None
    assert found.identifiers.url is None


@pytest.mark.parametrize(
    ("item", "year"),
    [
        (f"[Title of It]({LINK})", None),
        (f"[Title of It]({LINK}), A. Author, B. Author, CVPR 2020", 2020),
        (f"[Title of It]({LINK}) ([code](https://github.com/a/b)) - Author et al.", None),
        (f"(CVPR 2020) [Title of It]({LINK})", 2020),
        (f"[**Title of It**]({LINK}). *CVPR 2020*", 2020),
        (f"**[Title of It]({LINK})** :star:", None),
        (f"Title of It. [[pdf]]({LINK}) [[code]](https://github.com/a/b)", None),
        (f"**Title of It** (2016), A. Author et al. [[pdf]]({LINK})", 2016),
        (
            f"Title of It (2016), A. Author et al. [[web]](https://a.io) [[pdf]]({LINK})",
            2016,
        ),
        (f"Title of It, Author et al., [pdf]({LINK})", None),
        (f"A. Author, B. Author. Title of It. CVPR 2020. [[pdf]]({LINK})", 2020),
        (f'Author et al. "Title of It" (2019) [paper]({LINK})', 2019),
        (f"`2019` **Title of It** [[paper]]({LINK})", 2019),
        (f"[CVPR20] Title of It [[paper]({LINK})]", None),
        (f"Title of It: {LINK}", None),
    ],
)
def test_item_that_names_a_paper(item: str, year: int | None):
    found = parse_listing(block("- " + item))
    assert found is not None
    assert title(block("- " + item), found) == "Title of It"
    assert found.identifiers.arxiv == ARXIV
    assert found.year == year


@pytest.mark.parametrize(
    "item",
    [
        f"In [Title of It]({LINK}) the authors propose a thing.",
        f"See the [paper]({LINK}) for more.",
        f"We use [ResNet]({LINK}) here",
        "All papers can be found here: [open access](http://openaccess.thecvf.com/CVPR2020.py)",
        "[A website](https://example.org)",
        "[A talk](https://www.youtube.com/watch?v=x) [[video]](https://youtu.be/x)",
        "[Chapter](#chapter)",
        LINK,
        "Plain words.",
    ],
)
def test_item_that_names_no_paper(item: str):
    assert parse_listing(block("- " + item)) is None


@pytest.mark.parametrize(
    "heading", ["Introduction", "3. Results", "Key ideas:", "**Summary**", "TL;DR", "Strengths"]
)
def test_sections(heading: str):
    assert is_section(heading)


@pytest.mark.parametrize(
    "heading",
    ["Other papers:", "Other papers worth reading", "More works", "Papers", "Further reading",
     "Honorable mentions", "Some interesting papers on sound"],
)  # fmt: skip
def test_list_headings(heading: str):
    assert is_list_heading(heading)


@pytest.mark.parametrize(
    "heading", ["Attention Is All You Need", "Paper Cranes and Transformers", "The rest", "GAN"]
)
def test_headings_that_are_neither(heading: str):
    assert not is_section(heading)
    assert not is_list_heading(heading)
