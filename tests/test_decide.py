"""From probabilities written by hand to the things of a summary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kg.extract.decide import Thing, Thresholds, decide, group, read_thresholds
from kg.extract.relevance import OUTCOMES
from kg.extract.trees import Linear
from kg.model import Kind, Relation
from tests.pages import Row, hand_page, parsed, scored

PROPOSES = (Relation.PROPOSES, Kind.METHOD)
USES = (Relation.USES_METHOD, Kind.METHOD)
USES_LOSS = (Relation.USES_LOSS, Kind.LOSS)
DISCUSSES = (Relation.DISCUSSES, Kind.CONCEPT)

HALF = Thresholds(dict.fromkeys(range(1, len(OUTCOMES)), 0.5), prior=0.5, pair=0.5, headline=0.5)
KINDS = Linear(np.zeros((1, 4), np.float32), np.log(np.array([0.1, 0.2, 0.3, 0.4], np.float32)))
LINK = "https://arxiv.org/abs/2001.00002"

PAGE = hand_page(
    "KiteNet/PROPN uses/VERB a/DET deep/ADJ tail/NOUN loss/NOUN and/CCONJ Graph/PROPN Tails/PROPN"
    " (/PUNCT GTs/PROPN )/PUNCT",
    "WingNet/PROPN flies/VERB",
)


def taken(*rows: Row, thresholds: Thresholds = HALF) -> list[Thing]:
    return decide(scored(PAGE, *rows), thresholds, KINDS)


def relations(things: list[Thing]) -> dict[str, Relation | None]:
    return {thing.labels[0]: thing.relation for thing in things}


def test_shipped_thresholds_are_probabilities_for_every_outcome():
    found = read_thresholds()
    assert set(found.outcome) == set(range(1, len(OUTCOMES)))
    given = [*found.outcome.values(), found.prior, found.pair, found.headline]
    assert all(0 < p < 1 for p in given)


def test_only_what_reaches_the_threshold_of_its_outcome_is_taken():
    rows = (Row("tail loss", {USES_LOSS: 0.5}), Row("WingNet", {USES: 0.49}))
    assert relations(taken(*rows)) == {"tail loss": Relation.USES_LOSS}
    low = replace(HALF, outcome={**HALF.outcome, OUTCOMES.index(USES): 0.4})
    assert relations(taken(*rows, thresholds=low)) == {
        "tail loss": Relation.USES_LOSS,
        "WingNet": Relation.USES_METHOD,
    }


def test_of_phrases_that_share_words_the_likeliest_is_taken():
    rows = (
        Row("tail loss", {USES_LOSS: 0.6}),
        Row("deep tail loss", {USES_LOSS: 0.7}),
        Row("tail", {DISCUSSES: 0.9}),
    )
    assert relations(taken(*rows[:2])) == {"deep tail loss": Relation.USES_LOSS}
    assert relations(taken(*rows)) == {"tail": Relation.DISCUSSES}


def test_a_phrase_that_stands_alone_elsewhere_is_taken_too():
    page = hand_page("the/DET tail/NOUN loss/NOUN", "a/DET tail/NOUN")
    data = scored(page, Row("tail loss", {USES_LOSS: 0.9}), Row("tail", {DISCUSSES: 0.6}))
    found = decide(data, HALF, KINDS)
    assert relations(found) == {
        "tail loss": Relation.USES_LOSS,
        "tail": Relation.DISCUSSES,
    }


def test_likeliest_come_first_and_the_own_system_before_all():
    found = taken(
        Row("WingNet", {USES: 0.9}),
        Row("KiteNet", {PROPOSES: 0.6}, own=0.8),
        Row("tail loss", {USES_LOSS: 0.7}),
    )
    assert [t.labels[0] for t in found] == ["KiteNet", "WingNet", "tail loss"]
    assert [t.own for t in found] == [True, False, False]


def test_own_system_is_proposed_whatever_else_it_could_be():
    (found,) = taken(Row("KiteNet", {USES: 0.5, PROPOSES: 0.4}, own=0.9))
    assert (found.relation, found.kind, found.own) == (Relation.PROPOSES, Kind.METHOD, True)
    assert round(found.probability, 3) == 0.9


def test_there_is_no_own_system_where_none_is_likely():
    found = taken(Row("KiteNet", {USES: 0.8}, own=0.3))
    assert [(t.relation, t.own) for t in found] == [(Relation.USES_METHOD, False)]


def test_own_system_is_never_its_own_prior_work():
    (found,) = taken(Row("KiteNet", {PROPOSES: 0.9}, 0.9, own=0.9, target=LINK))
    assert not found.is_prior


def test_abbreviation_and_long_form_are_one_thing_named_by_the_likelier():
    data = scored(PAGE, Row("Graph Tails", {USES: 0.6}), Row("WingNet"), Row("GTs", {USES: 0.8}))
    assert group(data) == [[0, 2], [1]]
    (found,) = decide(data, HALF, KINDS)
    assert found.labels == ("GTs", "Graph Tails")
    assert [m.label for m in found.mentions] == ["Graph Tails", "GTs"]


def test_empty_last_words_do_not_make_another_thing():
    page = hand_page("tail/NOUN folding/NOUN approach/NOUN", "tail/NOUN folding/NOUN")
    data = scored(page, Row("tail folding"), Row("tail folding approach"))
    assert group(data) == [[0, 1]]


def test_name_beside_what_it_names_is_one_thing():
    page = hand_page("the/DET tail/NOUN network/NOUN ,/PUNCT TailNet/PROPN ,/PUNCT flies/VERB")
    assert group(scored(page, Row("tail network"), Row("TailNet"))) == [[0, 1]]
    page = hand_page("with/ADP tail/NOUN network/NOUN ,/PUNCT TailNet/PROPN ,/PUNCT wings/NOUN")
    assert group(scored(page, Row("tail network"), Row("TailNet"))) == [[0], [1]]


def test_named_paper_is_prior_work_from_its_threshold_on():
    (found,) = taken(Row("WingNet", {}, 0.5))
    assert (found.relation, found.kind, found.probability) == (None, None, 0.0)
    assert (found.is_prior, found.prior_probability) == (True, 0.5)
    assert [round(share, 2) for share in found.prior_shares] == [0.1, 0.2, 0.3, 0.4]
    assert taken(Row("WingNet", {}, 0.4)) == []


def test_linked_paper_is_prior_work_whatever_the_model_thinks():
    (found,) = taken(Row("WingNet", {}, 0.01, target=LINK))
    assert (found.is_prior, found.target) == (True, LINK)


def test_other_links_make_no_prior_work():
    assert taken(Row("WingNet", target="https://en.wikipedia.org/wiki/Wing")) == []


def test_linked_paper_that_shares_its_words_is_kept_as_prior_work_only():
    found = taken(
        Row("deep tail loss", {USES_LOSS: 0.9}), Row("tail loss", {USES_LOSS: 0.8}, target=LINK)
    )
    assert [(t.labels[0], t.relation, t.is_prior) for t in found] == [
        ("deep tail loss", Relation.USES_LOSS, False),
        ("tail loss", None, True),
    ]


def test_clues_of_all_forms_are_those_of_the_thing():
    (found,) = taken(
        Row("Graph Tails", {USES: 0.6}, clues=("uses",)), Row("GTs", {USES: 0.8}, clues=("new",))
    )
    assert found.clues == {"uses", "new"}


def test_no_candidates_no_things():
    assert taken() == []


def test_real_page_gives_things_whose_mentions_are_their_labels():
    page = parsed(
        "#### KiteNet ([paper](https://arxiv.org/abs/2001.00001))\n\n"
        "The authors propose KiteNet. It uses a tail.\n"
    )
    data = scored(page, Row("KiteNet", {PROPOSES: 0.9}, own=0.9), Row("tail", {USES: 0.9}))
    (found, _) = decide(data, HALF, KINDS)
    assert [page.text(page.sentences[m.sentence], m.first, m.last) for m in found.mentions] == [
        "KiteNet",
        "KiteNet",
    ]
