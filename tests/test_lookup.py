import pytest
from graphs import ADAIN, MASK_RCNN, POST_ID, STARGAN, STARGAN_V2, small_graph

from kg.errors import NoMatchError
from kg.graph import Graph
from kg.lookup import Match, Sentence, details, find, find_node, path
from kg.model import Assertion, Entity, Evidence, Kind, Relation, SourceDocument, Span
from kg.rdf import to_rdf
from kg.store import memory_store
from kg.vocabulary import BASE, KG

STORE = memory_store(to_rdf(small_graph()))


def found(name: str, **options) -> list[tuple[str, str]]:
    return [(m.iri.removeprefix(BASE), m.how) for m in find(STORE, name, **options)]


@pytest.mark.parametrize(
    ("name", "id_", "how"),
    [
        ("method:adain", "method/adain", "iri"),
        ("method/adain", "method/adain", "iri"),
        (f"<{BASE}method/adain>", "method/adain", "iri"),
        (BASE + "method/adain", "method/adain", "iri"),
        ("1912.01865", STARGAN_V2, "identifier"),
        ("10.1109/CVPR.2016.90", "paper/doi-10.1109%2Fcvpr.2016.90", "identifier"),
        ("CelebA-HQ", "dataset/celeba-hq", "name"),
        ("celeba hq", "dataset/celeba-hq", "name"),
        ("GAN Loss", "loss/adversarial-loss", "alias"),
        ("frechet inception distance", "metric/fid", "alias"),
        ("Pictures from pictures", POST_ID, "alias"),
        ("notes/mask-rcnn.md", "source/notes-mask-rcnn-md", "alias"),
        ("image translation", "topic/image-translation", "name"),
        ("StarGAN v2: Diverse Image Synthesis for Multiple Domains", STARGAN_V2, "alias"),
        ("adversial loss", "loss/adversarial-loss", "close"),
        ("BiFPM", "method/bifpn", None),
    ],
)
def test_names_that_mean_one_node(name, id_, how):
    if how is None:  # too short to be guessed at
        with pytest.raises(NoMatchError, match="did you mean BiFPN") as failure:
            find(STORE, name)
        assert failure.value.suggestions[0] == "BiFPN"
    else:
        assert found(name) == [(id_, how)]


def test_a_paper_and_its_method_share_a_name():
    both = [(STARGAN_V2, "name"), ("method/stargan-v2", "name")]
    assert found("StarGAN v2") == found("star gan V2") == both
    assert found("StarGAN v2", classes=[KG.Method]) == [("method/stargan-v2", "name")]
    assert find(STORE, "AdaIN")[0] == Match(BASE + ADAIN, "AdaIN", "Paper", "name")


def test_another_version_is_not_a_typing_error():
    with pytest.raises(NoMatchError, match="StarGAN v2") as failure:
        find(STORE, "StarGAN v3")
    assert "StarGAN v2" in failure.value.suggestions


def test_nothing_like_it():
    with pytest.raises(NoMatchError, match=r"nothing in the graph is called 'qqqq'$"):
        find(STORE, "qqqq")
    with pytest.raises(NoMatchError):
        find(STORE, "method/none")
    with pytest.raises(NoMatchError):
        find(STORE, "...")


def test_a_misspelt_name_is_no_basis_for_a_query():
    assert find_node(STORE, "adversarial loss") == BASE + "loss/adversarial-loss"
    with pytest.raises(NoMatchError, match=r"did you mean adversarial loss\?"):
        find_node(STORE, "adversial loss")


def test_details_of_a_paper():
    paper = details(STORE, BASE + STARGAN_V2)
    assert (paper.kind, paper.name, paper.year) == ("Paper", "StarGAN v2", 2019)
    assert paper.title == "StarGAN v2: Diverse Image Synthesis for Multiple Domains"
    assert paper.identifiers == ("arXiv:1912.01865",)
    assert paper.url == "https://arxiv.org/abs/1912.01865"
    assert paper.topic == "Image translation"
    assert paper.sources == ("translation.md",)
    assert [(r.label, [o.name for o in r.others]) for r in paper.relations] == [
        ("proposes", ["StarGAN v2"]),
        ("uses method", ["AdaIN"]),
        ("uses loss", ["adversarial loss", "style reconstruction loss"]),
        ("uses dataset", ["CelebA-HQ"]),
        ("uses metric", ["FID"]),
        ("discusses", ["style code"]),
        ("extends", ["StarGAN"]),
        ("builds on", ["AdaIN"]),
        ("cites", ["StyleGAN"]),
    ]
    losses = paper.relations[2].others[0]
    assert losses.confidence == 0.93
    assert losses.sentences == (
        Sentence(
            "StarGAN v2 is trained with an adversarial loss too.", "notes/mask-rcnn.md", 5, "losses"
        ),
        Sentence(
            "It is trained with an adversarial loss and a style reconstruction loss.",
            "translation.md",
            11,
            "losses",
        ),
    )


def test_relations_to_a_node_read_the_other_way():
    method = details(STORE, BASE + "method/stargan-v2")
    assert [(r.label, r.outgoing, [o.name for o in r.others]) for r in method.relations] == [
        ("variant of", True, ["StarGAN"]),
        ("proposed by", False, ["StarGAN v2"]),
        ("has part", False, ["generator of StarGAN v2"]),
    ]
    assert details(STORE, BASE + STARGAN).relations[0].label == "extended by"


def test_details_of_what_has_no_relations():
    listed = details(STORE, BASE + "paper/doi-10.1109%2Fcvpr.2016.90")
    assert listed.relations == ()
    assert listed.identifiers == ("doi:10.1109/CVPR.2016.90",)
    assert details(STORE, BASE + "topic/detection").kind == "Topic"
    assert details(STORE, BASE + POST_ID).kind == "Source"
    with pytest.raises(NoMatchError, match="the graph has no node"):
        details(STORE, BASE + "method/none")


def test_details_without_quotations():
    store = memory_store(to_rdf(small_graph(), quotes=False))
    (cites,) = details(store, BASE + STARGAN_V2).relations[-1].others
    assert cites.sentences == (Sentence("", "translation.md", 12, "named"),)


def test_a_path_has_a_sentence_on_each_step():
    steps = path(STORE, BASE + "dataset/celeba-hq", BASE + "method/generator")
    assert [(s.name, s.label, s.other.name) for s in steps] == [
        ("CelebA-HQ", "dataset used by", "StarGAN v2"),
        ("StarGAN v2", "proposes", "StarGAN v2"),
        ("StarGAN v2", "has part", "generator of StarGAN v2"),
        ("generator of StarGAN v2", "variant of", "generator"),
    ]
    assert all(s.other.sentences[0].quote for s in steps)
    assert [s.outgoing for s in steps] == [False, True, False, True]


def test_a_path_of_no_steps_and_no_path():
    assert path(STORE, BASE + STARGAN, BASE + STARGAN) == ()
    with pytest.raises(NoMatchError, match="nothing connects StarGAN and Mask R-CNN"):
        path(STORE, BASE + STARGAN, BASE + MASK_RCNN)


def _triangle() -> Graph:
    """a and z meet in a hub, which many others use, and in a method of their own."""
    names = ["a", "z", *(f"p{n}" for n in range(9))]
    place = Evidence("source/s", Span(0, 1), Span(0, 1), "q", "", "", 1, "r", "method/a")
    edges = [(n, "hub") for n in names] + [("a", "own"), ("z", "own")]
    return Graph(
        tuple(Entity(f"method/{n}", Kind.METHOD, n) for n in [*names, "hub", "own"]),
        (),
        (SourceDocument("source/s", "s.md"),),
        tuple(
            Assertion(f"method/{s}", Relation.VARIANT_OF, f"method/{o}", (place,), 0.5)
            for s, o in edges
        ),
    )


def test_of_equal_paths_the_one_past_the_hub():
    steps = path(_triangle().store, BASE + "method/a", BASE + "method/z")
    assert [s.other.name for s in steps] == ["own", "z"]
