"""A small graph made by hand, with the texts that its evidence stands in, and generated ones."""

import re

from hypothesis import strategies as st

from kg.graph import Graph
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
    Topic,
)
from kg.vocabulary import entity_ids, paper_id, source_id, topic_id

POST = """\
---
title: Pictures from pictures
---

## Generative models

### Image translation

#### [StarGAN v2: Diverse Image Synthesis for Multiple Domains](https://arxiv.org/abs/1912.01865)

StarGAN v2 is the next version of [StarGAN](https://arxiv.org/abs/1711.09020). It is trained with an
**adversarial loss** and a style reconstruction loss. Its generator applies a style code by
[AdaIN](https://arxiv.org/abs/1703.06868), as StyleGAN does. On CelebA-HQ it halves the FID.

## Detection

#### [EfficientDet: Scalable and Efficient Object Detection](https://arxiv.org/pdf/1911.09070.pdf)

For object detection the authors put a BiFPN on top of EfficientNet. A BiFPN is a kind of feature
pyramid network. Unlike [Mask R-CNN](https://arxiv.org/abs/1703.06870), it needs no second stage;
“β-scaling” is left out.

##### Other papers
- [RegNet](https://example.org/regnet.pdf)
- [Deep Residual Learning for Image Recognition](https://doi.org/10.1109/CVPR.2016.90)
"""

NOTE = """\
# Mask R-CNN\r
\r
A head for instance segmentation beside the box head.\r
\r
StarGAN v2 is trained with an adversarial loss too.\r
"""

POST_ID = "source/translation-md"
NOTE_ID = "source/notes-mask-rcnn-md"
TEXTS = {POST_ID: POST, NOTE_ID: NOTE}
"""Source id -> the text that the offsets count in."""

STARGAN_V2 = "paper/arxiv-1912.01865"
STARGAN = "paper/arxiv-1711.09020"
EFFICIENTDET = "paper/arxiv-1911.09070"
MASK_RCNN = "paper/arxiv-1703.06870"
ADAIN = "paper/arxiv-1703.06868"
STYLEGAN = "paper/stylegan"
EFFICIENTNET = "paper/efficientnet"
REGNET = "paper/url-9a2bd1a9f6dbb8ee"
RESNET = "paper/doi-10.1109%2Fcvpr.2016.90"


def plain(markdown: str) -> str:
    """The sentence without the markup that these two texts use."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", markdown).replace("**", "")
    return re.sub(r"\s+", " ", text)


def evidence(about: str, sentence: str, mention: str, rule: str, source: str = POST_ID) -> Evidence:
    """Evidence whose offsets are looked up in the text, where `sentence` stands exactly once."""
    text = TEXTS[source]
    assert text.count(sentence) == 1
    start = text.index(sentence)
    end = start + len(sentence)
    at = text.index(mention, start, end)
    return Evidence(
        source=source,
        span=Span(start, end),
        mention=Span(at, at + len(mention)),
        quote=plain(sentence),
        prefix=plain(text[max(0, start - 24) : start]),
        suffix=plain(text[end : end + 24]),
        line=text.count("\n", 0, start) + 1,
        rule=rule,
        about=about,
    )


_NEXT_VERSION = "StarGAN v2 is the next version of [StarGAN](https://arxiv.org/abs/1711.09020)."
_TRAINED = "It is trained with an\n**adversarial loss** and a style reconstruction loss."
_GENERATOR = (
    "Its generator applies a style code by\n[AdaIN](https://arxiv.org/abs/1703.06868), "
    "as StyleGAN does."
)
_FID = "On CelebA-HQ it halves the FID."
_BIFPN = "For object detection the authors put a BiFPN on top of EfficientNet."
_PYRAMID = "A BiFPN is a kind of feature\npyramid network."
_UNLIKE = (
    "Unlike [Mask R-CNN](https://arxiv.org/abs/1703.06870), it needs no second stage;\n"
    "“β-scaling” is left out."
)
_HEAD = "A head for instance segmentation beside the box head."
_AGAIN = "StarGAN v2 is trained with an adversarial loss too."


def _assertions() -> list[Assertion]:
    def on(
        about: str,
        subject: str,
        relation: Relation,
        object: str,
        sentence: str,
        mention: str,
        rule: str,
        confidence: float,
        source: str = POST_ID,
    ) -> Assertion:
        found = evidence(about, sentence, mention, rule, source)
        return Assertion(subject, relation, object, (found,), confidence)

    v2, det = STARGAN_V2, EFFICIENTDET
    loss = on(
        v2, v2, Relation.USES_LOSS, "loss/adversarial-loss", _TRAINED, "adversarial loss", "losses",
        0.93,
    )  # fmt: skip
    again = evidence(MASK_RCNN, _AGAIN, "adversarial loss", "losses", NOTE_ID)
    loss = Assertion(loss.subject, loss.relation, loss.object, (again, *loss.evidence), 0.93)
    return [
        loss,
        on(v2, v2, Relation.EXTENDS, STARGAN, _NEXT_VERSION, "StarGAN]", "links", 0.9),
        on(v2, v2, Relation.PROPOSES, "method/stargan-v2", _NEXT_VERSION, "StarGAN v2", "named", 1),
        on(
            v2, "method/stargan-v2", Relation.VARIANT_OF, "method/stargan", _NEXT_VERSION,
            "StarGAN]", "links", 0.75,
        ),
        on(
            v2, v2, Relation.USES_LOSS, "loss/style-reconstruction-loss", _TRAINED,
            "style reconstruction loss", "losses", 0.8,
        ),
        on(v2, v2, Relation.BUILDS_ON, ADAIN, _GENERATOR, "AdaIN", "links", 0.81),
        on(v2, v2, Relation.CITES, STYLEGAN, _GENERATOR, "StyleGAN", "named", 0.4),
        on(v2, v2, Relation.USES_METHOD, "method/adain", _GENERATOR, "AdaIN", "methods", 0.65),
        on(v2, v2, Relation.DISCUSSES, "concept/style-code", _GENERATOR, "style code", "cue", 0.5),
        on(
            v2, "method/stargan-v2/generator", Relation.PART_OF, "method/stargan-v2", _GENERATOR,
            "generator", "parts", 0.7,
        ),
        on(
            v2, "method/stargan-v2/generator", Relation.VARIANT_OF, "method/generator", _GENERATOR,
            "generator", "parts", 0.7,
        ),
        on(v2, v2, Relation.USES_DATASET, "dataset/celeba-hq", _FID, "CelebA-HQ", "lexicon", 0.88),
        on(v2, v2, Relation.USES_METRIC, "metric/fid", _FID, "FID", "lexicon", 0.9),
        on(
            det, det, Relation.ADDRESSES_TASK, "task/object-detection", _BIFPN, "object detection",
            "lexicon", 0.95,
        ),
        on(det, det, Relation.PROPOSES, "method/bifpn", _BIFPN, "BiFPN", "named", 0.6),
        on(det, det, Relation.BUILDS_ON, EFFICIENTNET, _BIFPN, "EfficientNet", "named", 0.77),
        on(
            det, "method/bifpn", Relation.VARIANT_OF, "method/feature-pyramid-network", _PYRAMID,
            "feature\npyramid network", "kinds", 0.85,
        ),
        on(
            det, "method/bifpn", Relation.USED_FOR, "task/object-detection", _BIFPN,
            "object detection", "cue", 0.333,
        ),
        on(det, det, Relation.COMPARES_WITH, MASK_RCNN, _UNLIKE, "Mask R-CNN", "links", 0.72),
        on(
            MASK_RCNN, MASK_RCNN, Relation.ADDRESSES_TASK, "task/instance-segmentation", _HEAD,
            "instance segmentation", "lexicon", 0.9, NOTE_ID,
        ),
    ]  # fmt: skip


def small_graph() -> Graph:
    """Two posts: three summarised papers, two listed ones, four that are only linked or named."""
    image = Identifiers
    entities: list[Entity] = [
        Paper(
            STARGAN_V2, Kind.PAPER, "StarGAN v2", (),
            title="StarGAN v2: Diverse Image Synthesis for Multiple Domains",
            identifiers=image("1912.01865", None, "https://arxiv.org/abs/1912.01865"),
            year=2019, topic="topic/image-translation",
        ),
        Paper(
            EFFICIENTDET, Kind.PAPER, "EfficientDet", (),
            title="EfficientDet: Scalable and Efficient Object Detection",
            identifiers=image("1911.09070", None, "https://arxiv.org/pdf/1911.09070.pdf"),
            year=2019, topic="topic/detection",
        ),
        Paper(
            MASK_RCNN, Kind.PAPER, "Mask R-CNN", ("Mask-RCNN",), title="Mask R-CNN",
            identifiers=image("1703.06870", None, "https://arxiv.org/abs/1703.06870"), year=2017,
        ),
        Paper(
            REGNET, Kind.PAPER, "RegNet", (), title="RegNet",
            identifiers=image(url="https://example.org/regnet.pdf"), topic="topic/detection",
        ),
        Paper(
            RESNET, Kind.PAPER, "Deep Residual Learning for Image Recognition", (),
            title="Deep Residual Learning for Image Recognition",
            identifiers=image(doi="10.1109/CVPR.2016.90"), topic="topic/detection",
        ),
        Paper(
            STARGAN, Kind.PAPER, "StarGAN", (),
            identifiers=image("1711.09020", None, "https://arxiv.org/abs/1711.09020"), year=2017,
        ),
        Paper(
            ADAIN, Kind.PAPER, "AdaIN", (),
            identifiers=image("1703.06868", None, "https://arxiv.org/abs/1703.06868"), year=2017,
        ),
        Paper(STYLEGAN, Kind.PAPER, "StyleGAN"),
        Paper(EFFICIENTNET, Kind.PAPER, "EfficientNet"),
        Entity("method/stargan-v2", Kind.METHOD, "StarGAN v2"),
        Entity("method/stargan", Kind.METHOD, "StarGAN"),
        Entity("method/stargan-v2/generator", Kind.METHOD, "generator of StarGAN v2"),
        Entity("method/generator", Kind.METHOD, "generator"),
        Entity("method/adain", Kind.METHOD, "AdaIN", ("adaptive instance normalization",)),
        Entity("method/bifpn", Kind.METHOD, "BiFPN", ("bi-directional feature pyramid network",)),
        Entity("method/feature-pyramid-network", Kind.METHOD, "feature pyramid network", ("FPN",)),
        Entity("loss/adversarial-loss", Kind.LOSS, "adversarial loss", ("GAN loss",)),
        Entity("loss/style-reconstruction-loss", Kind.LOSS, "style reconstruction loss"),
        Entity("dataset/celeba-hq", Kind.DATASET, "CelebA-HQ"),
        Entity("metric/fid", Kind.METRIC, "FID", ("Fréchet inception distance",)),
        Entity("concept/style-code", Kind.CONCEPT, "style code"),
        Entity("task/object-detection", Kind.TASK, "object detection"),
        Entity("task/instance-segmentation", Kind.TASK, "instance segmentation"),
    ]  # fmt: skip
    return Graph(
        entities=tuple(entities),
        topics=(
            Topic("topic/generative-models", "Generative models"),
            Topic("topic/image-translation", "Image translation", "topic/generative-models"),
            Topic("topic/detection", "Detection"),
        ),
        sources=(
            SourceDocument(
                POST_ID, "translation.md", "Pictures from pictures", "MIT",
                summarises=(STARGAN_V2, EFFICIENTDET), lists=(REGNET, RESNET),
            ),
            SourceDocument(NOTE_ID, "notes/mask-rcnn.md", summarises=(MASK_RCNN,)),
        ),
        assertions=tuple(_assertions()),
    ).canonical()  # fmt: skip


# ------------------------------------------------------------------------- generated graphs

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_name = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_address = st.sampled_from(["https://a.org/x", "http://b.org/?q=1&r=é", "not an address", "x y"])
_licence = st.one_of(
    st.none(), st.sampled_from(["MIT", "CC-BY-4.0", "https://a.org/licence", "ask the author"])
)
_identifiers = st.builds(
    Identifiers,
    st.none() | st.sampled_from(["1912.01865", "1911.09070", "cs/0101001", "a b"]),
    st.none() | st.sampled_from(["10.1/X", "10.48550/arXiv.2001.00001"]),
    st.none() | _address,
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any canonical graph: what the types allow, and nothing that a build would forbid."""
    topics: list[Topic] = []
    for name in draw(st.lists(_name, max_size=3, unique=True)):
        above = st.sampled_from([t.id for t in topics]) if topics else st.nothing()
        topics.append(Topic(topic_id(name, [t.id for t in topics]), name, draw(st.none() | above)))
    entities: list[Entity] = []
    for kind in Kind:
        if kind is Kind.PAPER:
            continue
        names = draw(st.lists(_name, min_size=1, max_size=3, unique=True))
        entities += (
            Entity(id_, kind, name, tuple(draw(st.lists(_text, max_size=2))))
            for name, id_ in entity_ids(kind, names).items()
        )
    topic = st.none() | (st.sampled_from([t.id for t in topics]) if topics else st.nothing())
    papers: dict[str, Paper] = {}
    for _ in range(draw(st.integers(1, 4))):
        name, known = draw(_name), draw(_identifiers)
        id_ = paper_id(known, name, papers)
        papers[id_] = Paper(
            id_, Kind.PAPER, name, tuple(draw(st.lists(_text, max_size=2))),
            title=draw(st.none() | _text), identifiers=known,
            year=draw(st.none() | st.integers(1900, 2100)), topic=draw(topic),
        )  # fmt: skip
    paper = st.sampled_from(sorted(papers))
    sources: list[SourceDocument] = []
    for path in draw(st.lists(_name, min_size=1, max_size=2, unique=True)):
        some = st.lists(paper, max_size=4, unique=True).map(tuple)
        sources.append(
            SourceDocument(
                source_id(path, [s.id for s in sources]), path, draw(st.none() | _text),
                draw(_licence), draw(some), draw(some),
            )
        )  # fmt: skip
    small = st.integers(0, 20)
    span = st.builds(lambda start, length: Span(start, start + length), small, small)
    evidence = st.builds(
        Evidence, st.sampled_from([s.id for s in sources]), span, span, _text, _text, _text,
        st.integers(1, 9), _name, paper,
    )  # fmt: skip
    anything = st.sampled_from(sorted([*papers, *(e.id for e in entities)]))
    assertion = st.builds(
        Assertion, anything, st.sampled_from(Relation), anything,
        st.lists(evidence, min_size=1, max_size=3).map(tuple),
        st.integers(0, 1000).map(lambda n: n / 1000),
    )  # fmt: skip
    assertions = draw(st.lists(assertion, max_size=5))
    return Graph(
        (*entities, *papers.values()), tuple(topics), tuple(sources), tuple(assertions)
    ).canonical()
