import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import LexiconError
from kg.lexicon import COLUMNS, FILES, Term, normal, read_heads, read_lexicon, read_words
from kg.model import Kind
from kg.resources import resource

SHIPPED = resource("data", "lexicon")
HEADER = "name\taliases\tbroader\tform\n"


def rows(kind: Kind) -> list[list[str]]:
    with (SHIPPED / FILES[kind]).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def folder(where: Path, **files: str) -> Path:
    """A lexicon folder with these files (name without .tsv, text without the header)."""
    where.mkdir(exist_ok=True)
    for name, text in files.items():
        (where / f"{name}.tsv").write_text(HEADER + text, encoding="utf-8")
    return where


# --------------------------------------------------------------------------- the shipped lexicon


@pytest.mark.parametrize("kind", list(FILES))
def test_every_shipped_row_is_in_order(kind: Kind) -> None:
    header, *body = rows(kind)
    assert header == COLUMNS
    names = [row[0] for row in body]
    assert names == sorted(names, key=lambda name: (name.casefold(), name))
    assert {row[3] for row in body} == ({"system", "family"} if kind is Kind.METHOD else {""})
    own = set(names)
    assert [row[0] for row in body if row[2] and row[2] not in own] == []
    assert [row[0] for row in body for cell in row if cell != " ".join(cell.split())] == []


def test_the_shipped_lexicon_is_large() -> None:
    counts = Counter(term.kind for term in read_lexicon().terms)
    least = {
        Kind.LOSS: 350,
        Kind.DATASET: 2000,
        Kind.METRIC: 600,
        Kind.TASK: 1500,
        Kind.METHOD: 3500,
        Kind.CONCEPT: 800,
    }
    assert {kind: n for kind, n in least.items() if counts[kind] < n} == {}


def test_every_label_of_a_shipped_term_finds_it() -> None:
    lexicon = read_lexicon()
    assert [x for term in lexicon.terms for x in term.labels if lexicon.find(x) != term] == []


def test_no_shipped_alias_is_a_bare_generic_word() -> None:
    lexicon, generic = read_lexicon(), read_words("generic-words")
    found = {word for word in generic if lexicon.find(word)}
    assert found == set()


@pytest.mark.parametrize(
    ("label", "name", "kind"),
    [
        ("generative adversarial networks", "GAN", Kind.METHOD),
        ("Mask-RCNN", "Mask R-CNN", Kind.METHOD),
        ("k-means clustering", "k-means", Kind.METHOD),
        ("Frechet Inception Distance", "FID", Kind.METRIC),
        ("MS-COCO", "COCO", Kind.DATASET),
        ("GAN loss", "adversarial loss", Kind.LOSS),
        ("unsupervised image to image translation", "unsupervised image-to-image translation",
         Kind.TASK),
        ("lifelong learning", "continual learning", Kind.TASK),
        ("catastrophic interference", "catastrophic forgetting", Kind.CONCEPT),
    ],
)  # fmt: skip
def test_well_known_things_are_there(label: str, name: str, kind: Kind) -> None:
    term = read_lexicon().find(label)
    assert term is not None
    assert (term.name, term.kind) == (name, kind)


def test_versions_are_apart_and_systems_are_marked() -> None:
    lexicon = read_lexicon()
    labels = ["StarGAN", "StarGAN v2", "EfficientNet", "EfficientNet-B0", "U-Net", "LSTM"]
    found = [lexicon.find(label) for label in labels]
    assert [term and (term.name, term.system) for term in found] == [
        ("StarGAN", True),
        ("StarGAN v2", True),
        ("EfficientNet", True),
        ("EfficientNet-B0", True),
        ("U-Net", True),
        ("LSTM", False),
    ]


def test_a_name_that_is_an_everyday_word_needs_its_casing() -> None:
    lexicon = read_lexicon()
    assert [lexicon.find(x) is not None for x in ("SECOND", "second", "Second")] == [
        True,
        False,
        False,
    ]
    assert lexicon.find("imagenet") == lexicon.find("ImageNet") is not None
    assert lexicon.find("pacs") == lexicon.find("PACS") is not None


def test_small_words_apart_are_no_name_written_as_one(tmp_path: Path) -> None:
    lexicon = read_lexicon(
        folder(tmp_path, datasets="RoadScene\t\t\t\nMobileSetV2\t\t\t\nFrob-Set\t\t\t\n")
    )
    labels = ["road scene", "Road Scene", "roadscene", "mobileset v2", "frob set"]
    assert [lexicon.find(x) is not None for x in labels] == [False, True, True, True, True]


def test_cased_words_are_labels() -> None:
    lexicon = read_lexicon()
    labels = {x for term in lexicon.terms for x in term.labels}
    assert read_words("cased-words") - labels == set()


# --------------------------------------------------------------------------- normal


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Mask-RCNN", "maskrcnn"),
        ("mask rcnn", "maskrcnn"),
        ("Mask R-CNNs", "maskrcnn"),
        ("image–to—image_translation/task", "imagetoimagetranslationtask"),
        ("C", "c"),
        ("C++", "c++"),
        ("DeepLab v3+", "deeplabv3+"),
        ("C4.5", "c4.5"),
        ("AlexNet.", "alexnet"),
        ("Llama 3 8B", "llama3-8b"),
        ("1,000", "1000"),
        ("Fréchet’s distance", "frechetdistance"),
        ("β-VAE", "betavae"),
        ("ＧＡＮ", "gan"),
        ("F₁", "f1"),
        ("3×3 convolution", "3x3convolution"),
        ("GANs", "gan"),
        ("NNs", "nn"),
        ("losses", "loss"),
        ("accuracies", "accuracy"),
        ("hypotheses", "hypothesis"),
        ("biases", "bias"),
        ("batches", "batch"),
        ("caches", "cache"),
        ("matrices", "matrix"),
        ("corpora", "corpus"),
        ("loss", "loss"),
        ("corpus", "corpus"),
        ("analysis", "analysis"),
        ("time series", "timeseries"),
        ("GPS", "gps"),
        ("bus", "bus"),
        ("PACS", "pac-s"),
        ("DATASETS", "dataset"),
        ("ViT-S", "vit-s"),
        ("Soft-NMS", "softnm-s"),
        ("SoftNMS", "softnm-s"),
        ("YOLOv5s", "yolov5s"),
        ("", ""),
        ("***", ""),
    ],
)
def test_normal(label: str, expected: str) -> None:
    assert normal(label) == expected


TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="aAbBsSeEuUiIxcChHoOrRnN -+./12'’Éβ\u0301", max_size=14),
    st.lists(st.sampled_from(["loss", "losses", "GAN", "s", "S", "3", "D", "corp", "ora", "us"]))
    .map(" ".join),
)  # fmt: skip


@given(TEXTS)
def test_normal_is_idempotent(label: str) -> None:
    assert normal(normal(label)) == normal(label)


@given(st.from_regex(r"[a-zA-Z]{1,8}( [a-zA-Z]{1,8}){0,2}", fullmatch=True))
def test_hyphens_and_spaces_are_one(label: str) -> None:
    assert normal(label.replace(" ", "-")) == normal(label) == normal(f" {label} ")


@given(st.lists(st.text().filter(lambda text: "\n" not in text), min_size=1, max_size=5))
def test_a_lexicon_finds_what_normal_says(labels: list[str]) -> None:
    # Reading normalises thousands of labels at once; that must agree with `normal`.
    from kg.lexicon import _normals

    assert _normals(labels) == [normal(label) for label in labels]


# --------------------------------------------------------------------------- reading


def test_reads_names_aliases_broader_terms_and_forms(tmp_path: Path) -> None:
    mine = folder(
        tmp_path / "mine",
        losses="edge loss\t\t\t\n",
        methods="FrobNet\tFrobnicator network | FN-1\tGAN\tsystem\nGAN\t\t\tfamily\n",
    )
    assert read_lexicon(mine).terms == (
        Term("edge loss", Kind.LOSS),
        Term("FrobNet", Kind.METHOD, ("Frobnicator network", "FN-1"), "GAN", True),
        Term("GAN", Kind.METHOD),
    )


def test_blank_lines_and_a_byte_order_mark_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "tasks.tsv").write_text(f"\ufeff{HEADER}\nrain removal\t\t\t\n\n", "utf-8")
    assert [term.name for term in read_lexicon(tmp_path).terms] == ["rain removal"]


def test_the_shipped_folder_is_read_once_and_others_anew(tmp_path: Path) -> None:
    assert read_lexicon() is read_lexicon()
    mine = folder(tmp_path, tasks="rain removal\t\t\t\n")
    assert read_lexicon(mine).find("snow removal") is None
    folder(tmp_path, tasks="snow removal\t\t\t\n")
    assert read_lexicon(mine).find("snow removal") == Term("snow removal", Kind.TASK)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\tb\n", 2, "2 columns where there must be 4 (name, aliases, broader, form), "
         "separated by tabs"),
        ("GAN\t\t\tfamily\n\t\t\tfamily\n", 3, "the name is empty"),
        ("GAN\tx1 | | y1\t\tfamily\n", 2, "an alias of 'GAN' is empty"),
        ("?!\t\t\tfamily\n", 2, "the label '?!' has no letter or digit"),
        ("GAN\t\t\tbig\n", 2,
         "the form 'big' is unknown; a method has system or family, other kinds none"),
        ("FrobNet\t\tGAN\tsystem\n", 2,
         "'GAN', the broader term of 'FrobNet', is no method of the lexicon"),
        ("a1\t\tb1\tfamily\nb1\t\ta1\tfamily\n", 2, "broader terms go in a circle: a1 < b1 < a1"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    mine = folder(tmp_path, methods=text)
    with pytest.raises(LexiconError) as caught:
        read_lexicon(mine)
    assert str(caught.value) == f"{mine / 'methods.tsv'}:{line}: {message}"


def test_a_label_given_twice_is_refused_across_files(tmp_path: Path) -> None:
    mine = folder(
        tmp_path, losses="edge loss\tboundary loss\t\t\n", tasks="rain removal\tEdge-Losses\t\t\n"
    )
    with pytest.raises(LexiconError) as caught:
        read_lexicon(mine)
    assert str(caught.value) == (
        f"{mine / 'tasks.tsv'}:2: the label 'Edge-Losses' is already given to 'edge loss' at "
        f"{mine / 'losses.tsv'}:2; labels that differ in case, hyphens, spaces or plural are one"
    )


def test_a_form_is_for_methods_only(tmp_path: Path) -> None:
    mine = folder(tmp_path, tasks="rain removal\t\t\tfamily\n")
    with pytest.raises(LexiconError, match=r"tasks\.tsv:2: the form 'family' is unknown"):
        read_lexicon(mine)


def test_a_wrong_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tasks.tsv").write_text("rain removal\t\t\t\n", "utf-8")
    with pytest.raises(LexiconError) as caught:
        read_lexicon(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'tasks.tsv'}:1: the first line must be the columns "
        "name, aliases, broader, form"
    )


def test_a_folder_without_terms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError) as caught:
        read_lexicon(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: holds no terms; a lexicon folder has one or more of losses.tsv, "
        "datasets.tsv, metrics.tsv, tasks.tsv, methods.tsv, concepts.tsv"
    )


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tasks.tsv").write_bytes(b"name\xff\n")
    with pytest.raises(LexiconError, match=r"tasks\.tsv: cannot be read: "):
        read_lexicon(tmp_path)


# --------------------------------------------------------------------------- folders over folders


def test_a_later_folder_wins(tmp_path: Path) -> None:
    base = folder(
        tmp_path / "base",
        methods="FrobNet\tFN-1 | Frobber\t\tsystem\nFrobNet v2\t\tFrobNet\tsystem\n",
        tasks="rain removal\tderaining\t\t\n",
    )
    mine = folder(
        tmp_path / "mine",
        methods="Frobber\t\t\tfamily\n",
        tasks="deraining task\train removal\t\t\n",
    )
    assert set(read_lexicon(base, mine).terms) == {
        # the alias is taken by the later folder
        Term("FrobNet", Kind.METHOD, ("FN-1",), None, True),
        Term("FrobNet v2", Kind.METHOD, (), "FrobNet", True),
        Term("Frobber", Kind.METHOD),
        # the whole term is replaced by the one that has its name
        Term("deraining task", Kind.TASK, ("rain removal",)),
    }
    assert read_lexicon(base, mine).find("deraining") is None


def test_a_broader_term_follows_its_replacement(tmp_path: Path) -> None:
    base = folder(
        tmp_path / "base",
        methods="BarNet\t\tFrobNet\tsystem\nFrobNet\t\t\tsystem\nMinNet\t\tZooNet\tsystem\n"
        "ZooNet\t\t\tsystem\n",
    )
    mine = folder(
        tmp_path / "mine",
        methods="Frobnicator\tFrobNet\t\tsystem\nOwnNet\t\tbar-net\tsystem\n",
        datasets="ZooNet\t\t\t\n",
    )
    broader = {term.name: term.broader for term in read_lexicon(base, mine).terms}
    assert broader == {
        "BarNet": "Frobnicator",
        "Frobnicator": None,
        "MinNet": None,  # ZooNet is a dataset now
        "OwnNet": "BarNet",
        "ZooNet": None,
    }


def test_a_folder_over_the_shipped_one(tmp_path: Path) -> None:
    mine = folder(tmp_path / "mine", methods="GAN\t\t\tsystem\n", concepts="frobness\t\t\t\n")
    lexicon = read_lexicon(None, mine)
    assert lexicon.find("GAN") == Term("GAN", Kind.METHOD, (), None, True)
    assert lexicon.find("frobness") == Term("frobness", Kind.CONCEPT)
    assert lexicon.find("LSTM") == read_lexicon().find("LSTM")
    # one name more than the shipped lexicon, none less
    assert len(lexicon.terms) == len(read_lexicon().terms) + 1


def test_a_folder_may_bring_its_own_cased_words(tmp_path: Path) -> None:
    mine = folder(tmp_path / "mine", methods="RUST\t\t\tsystem\n")
    assert read_lexicon(mine).find("rust") == Term("RUST", Kind.METHOD, (), None, True)
    again = folder(tmp_path / "again", methods="RUST\t\t\tsystem\n")
    (again / "cased-words.txt").write_text("# names\nRUST\n", "utf-8")
    assert read_lexicon(again).find("rust") is None
    assert read_lexicon(again).find("RUST") == Term("RUST", Kind.METHOD, (), None, True)


# --------------------------------------------------------------------------- words and heads


@pytest.mark.parametrize("name", ["generic-parts", "generic-words", "cased-words"])
def test_word_lists_are_sorted_and_say_what_they_are(name: str) -> None:
    first, *lines = (SHIPPED / f"{name}.txt").read_text("utf-8").splitlines()
    assert first.startswith("# ")
    assert lines == sorted(set(lines))
    assert read_words(name) == frozenset(lines)


def test_word_lists_hold_what_they_are_for() -> None:
    assert {"generator", "discriminator", "encoder", "policy network"} <= read_words(
        "generic-parts"
    )
    assert {"model", "method", "network", "approach", "paper"} <= read_words("generic-words")


def test_an_unknown_word_list_is_refused() -> None:
    with pytest.raises(LexiconError, match=r"no-such-list\.txt: cannot be read: "):
        read_words("no-such-list")


def test_heads() -> None:
    heads = read_heads()
    assert len(heads) >= 200
    assert {w: heads[w] for w in ("loss", "benchmark", "error rate", "translation")} == {
        "loss": Kind.LOSS,
        "benchmark": Kind.DATASET,
        "error rate": Kind.METRIC,
        "translation": Kind.TASK,
    }
    assert heads["transformer"] is Kind.METHOD
    assert heads["forgetting"] is Kind.CONCEPT
    assert list(heads) == sorted(heads)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("loss\tLoss\nloss\tTask\n", ":2: the head word 'loss' is given twice"),
        ("# heads\nloss Loss\n", ":2: a row is a head word, a tab and one of Loss, Dataset, "
         "Metric, Task, Method, Concept"),
        ("loss\tPaper\n", ":1: a row is a head word, a tab and one of Loss, Dataset, Metric, "
         "Task, Method, Concept"),
    ],
)  # fmt: skip
def test_a_bad_head_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "head-words.tsv").write_text(text, "utf-8")
    with pytest.raises(LexiconError) as caught:
        read_heads(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'head-words.tsv'}{message}"


def test_generic_parts_are_no_terms() -> None:
    lexicon = read_lexicon()
    assert {part for part in read_words("generic-parts") if lexicon.find(part)} == set()
