"""What links and bare ids identify."""

import pytest

from kg.model import Identifiers
from kg.read import is_paper_link, parse_identifiers, year_from_arxiv
from kg.read.identifiers import is_note_link, is_prior_work_link


@pytest.mark.parametrize(
    ("text", "arxiv"),
    [
        ("https://arxiv.org/abs/1703.06870", "1703.06870"),
        ("http://arxiv.org/abs/1703.06870v3", "1703.06870"),
        ("https://www.arxiv.org/pdf/1703.06870v3.pdf", "1703.06870"),
        ("https://arxiv.org/pdf/1703.06870", "1703.06870"),
        ("https://arxiv.org/abs/1909.03403)", "1909.03403"),
        ("https://arxiv.org/html/2401.00001v1#S2", "2401.00001"),
        ("https://export.arxiv.org/abs/0704.0001", "0704.0001"),
        ("https://arxiv.org/abs/cs/0112017", "cs/0112017"),
        ("https://arxiv.org/abs/math.GT/0309136v1", "math.GT/0309136"),
        ("https://ar5iv.labs.arxiv.org/html/1910.06709", "1910.06709"),
        ("https://www.alphaxiv.org/abs/2401.00001", "2401.00001"),
        ("https://huggingface.co/papers/2401.00001", "2401.00001"),
        ("https://doi.org/10.48550/arXiv.1703.06870", "1703.06870"),
        ("10.48550/arXiv.1703.06870", "1703.06870"),
        ("arXiv:1703.06870v2 [cs.CV]", "1703.06870"),
        ("arXiv preprint arXiv:1503.02531", "1503.02531"),
        ("arxiv 1503.02531", "1503.02531"),
        ("1503.02531", "1503.02531"),
        ("hep-th/9901001", "hep-th/9901001"),
    ],
)
def test_arxiv(text: str, arxiv: str):
    assert parse_identifiers(text) == Identifiers(arxiv=arxiv)


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1000/182", "10.1000/182"),
        ("http://dx.doi.org/10.1109/5.771073.", "10.1109/5.771073"),
        ("https://dl.acm.org/doi/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        (
            "https://link.springer.com/article/10.1007/s11263-015-0816-y",
            "10.1007/s11263-015-0816-y",
        ),
        ("https://onlinelibrary.wiley.com/doi/pdf/10.1002/rob.21918", "10.1002/rob.21918"),
        ("https://doi.org/10.1016/S0960-1686(92)90180-S)", "10.1016/S0960-1686(92)90180-S"),
        ("https://dl.acm.org/doi/pdf/10.1145%2F3292500", "10.1145/3292500"),
    ],
)
def test_doi_in_a_link_keeps_the_link(text: str, doi: str):
    found = parse_identifiers(text)
    assert found.doi == doi
    assert found.arxiv is None
    assert found.url == text.rstrip(".") if not text.endswith("S)") else text[:-1]


def test_bare_doi_has_no_url():
    assert parse_identifiers("doi:10.1000/182") == Identifiers(doi="10.1000/182")
    assert parse_identifiers("10.1000/182") == Identifiers(doi="10.1000/182")


@pytest.mark.parametrize(
    "text",
    ["", "paper.pdf", "../papers/a.pdf", "#chapter", "mailto:a@b.c", "ftp://arxiv.org/abs/1703.06870",
     "see 10.1000/182", "1703.99", "9999.99999", "http://[broken", "1713.06870"],
)  # fmt: skip
def test_what_identifies_nothing(text: str):
    assert parse_identifiers(text) == Identifiers()


@pytest.mark.parametrize(
    "url",
    [
        "https://openreview.net/forum?id=B16dGcqlx",
        "https://openreview.net/pdf?id=Bygh9j09KX",
        "http://openaccess.thecvf.com/content_CVPR_2020/papers/A_B_CVPR_2020_paper.pdf",
        "http://openaccess.thecvf.com/content_CVPR_2020/html/A_B_CVPR_2020_paper.html",
        "https://aclanthology.org/P19-1001/",
        "https://www.aclweb.org/anthology/P19-1001.pdf",
        "http://proceedings.mlr.press/v80/santoro18a/santoro18a.pdf",
        "https://papers.nips.cc/paper/5866-pointer-networks.pdf",
        "https://papers.nips.cc/paper_files/paper/2022/hash/a4a1-Abstract-Conference.html",
        "https://www.jmlr.org/papers/volume15/srivastava14a/srivastava14a.pdf",
        "https://ieeexplore.ieee.org/document/7139412",
        "https://www.nature.com/articles/nature14236",
        "https://people.cs.umass.edu/~smaji/papers/phrasecut+supp-cvpr20.pdf",
        "https://www.semanticscholar.org/paper/Some-Title/0123abcd",
    ],
)
def test_papers_without_arxiv_id(url: str):
    assert is_paper_link(url)
    assert parse_identifiers(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://en.wikipedia.org/wiki/Albedo",
        "https://www.youtube.com/watch?v=aHUYXtbwl_8&t=1903s",
        "https://github.com/a/b/blob/master/paper.pdf",
        "https://prasunroy.github.io/stefann/",
        "https://medium.com/@a/attention-explained",
        "https://example.org/files/slides_cvpr.pdf",
        "http://openaccess.thecvf.com/CVPR2020.py",
        "https://openreview.net/group?id=ICLR.cc/2020",
        "https://arxiv.org/list/cs.CV/recent",
        "https://example.org/",
        "#chapter",
        "tea.md",
        "",
    ],
)
def test_links_to_something_else(url: str):
    assert not is_paper_link(url)


@pytest.mark.parametrize(
    ("arxiv", "year"),
    [("1703.06870", 2017), ("0704.0001", 2007), ("cs/0112017", 2001), ("hep-th/9108028", 1991)],
)
def test_year_of_an_arxiv_id(arxiv: str, year: int):
    assert year_from_arxiv(arxiv) == year


@pytest.mark.parametrize("target", ["kites.md", "../notes/kites.md#tails", "wing_net.MD", "a.rst"])
def test_links_to_notes_beside(target: str):
    assert is_note_link(target)
    assert is_prior_work_link(target)


@pytest.mark.parametrize(
    "target", ["https://example.org/kites.md", "kites.png", "#tails", "", "//example.org/kites.md"]
)
def test_links_that_lead_to_no_note(target: str):
    assert not is_note_link(target)
    assert not is_prior_work_link(target)
