"""Published forms to a data folder, and a data folder to what a step trains on; on lines written
here.
"""

import json
import random

import pytest

from training import convert, entities, folder, inference, opinions, questions, streams, translation

SQUAD = {
    "data": [
        {
            "title": "A_Garden",
            "paragraphs": [
                {
                    "context": "Ada planted a pear tree in Bern in 1999.",
                    "qas": [
                        {
                            "question": "What did Ada plant?",
                            "answers": [{"text": "a pear tree", "answer_start": 12}] * 2,
                        },
                        {
                            "question": "Who cut it?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [],
                        },
                    ],
                }
            ],
        }
    ]
}
CONLL = """-DOCSTART- -X- O

Ada NNP I-PER
Lovelace NNP I-PER
Bern NNP B-PER
sees O
Bern I-LOC
Zytglogge I-MISC

Yes O
"""


def test_squad_keeps_answers_once_and_questions_without_one():
    answered, impossible = convert.squad(json.dumps(SQUAD))
    assert answered == {
        "question": "What did Ada plant?",
        "context": "Ada planted a pear tree in Bern in 1999.",
        "title": "A Garden",
        "answers": [{"text": "a pear tree", "start": 12}],
    }
    assert impossible["answers"] == []


def test_conll_of_either_scheme_becomes_bio_with_three_kinds():
    assert convert.conll(CONLL) == [
        {
            "tokens": ["Ada", "Lovelace", "Bern", "sees", "Bern", "Zytglogge"],
            "tags": ["B-PER", "I-PER", "B-PER", "O", "B-LOC", "O"],
        },
        {"tokens": ["Yes"], "tags": ["O"]},
    ]


def test_snli_leaves_out_pairs_without_a_majority():
    lines = [
        {"sentence1": "It rains.", "sentence2": "It is wet.", "gold_label": label}
        for label in ("entailment", "-")
    ]
    assert convert.snli("\n".join(map(json.dumps, lines))) == [
        {"premise": "It rains.", "hypothesis": "It is wet.", "label": "entailment"}
    ]


def test_pairs_leave_the_attribution_out():
    assert convert.pairs("Go.\tVa !\tCC-BY 2.0 (France) Attribution\nRun.\tCours !") == [
        {"fr": "Va !", "en": "Go."},
        {"fr": "Cours !", "en": "Run."},
    ]


def test_a_folder_gives_back_what_was_written(tmp_path):
    rows = [{"fr": "Été", "en": "Summer"}]
    folder.write(tmp_path / "fren" / "mine.jsonl.gz", rows)
    assert folder.rows(tmp_path, "fren/mine") == rows
    with pytest.raises(FileNotFoundError, match="fren/other.jsonl.gz is missing"):
        folder.rows(tmp_path, "fren/other")


def small(tmp_path, **kinds):
    """A data folder with one row repeated in every set that a source reads."""
    for name, rows in kinds.items():
        folder.write(tmp_path / f"{name.replace('__', '/')}.jsonl.gz", rows)
    return tmp_path


@pytest.fixture
def asked(tmp_path, tokenizer):
    answered, impossible = convert.squad(json.dumps(SQUAD))
    return questions.Questions(
        small(
            tmp_path,
            qa__squad1_train=[answered],
            qa__squad1_dev_part=[answered],
            qa__squad2_dev_part=[impossible, impossible | {"title": questions.DEVELOPMENT[0]}],
            qa__qamr_dev=[answered],
            qa__qamr_test=[answered],
        ),
        tokenizer,
    )


def test_every_span_is_the_answer_and_every_other_is_at_cls(asked, tokenizer):
    items = [item for number in range(20) for item in asked.one_pass(number)]
    found = {tokenizer.decode(item.ids[item.start : item.end + 1]) for item in items}
    assert found == {"a pear tree", "[CLS]"}
    assert all(
        item.start == item.end == 0
        for item in items
        if item.ids[item.start] == tokenizer.cls_token_id
    )


def test_an_answer_longer_than_any_window_stays_whole(asked, tokenizer, monkeypatch):
    monkeypatch.setattr(questions, "WINDOWS", (2,))
    items = [asked._plain(row, random.Random(seed)) for seed, row in enumerate(5 * asked.squad)]
    assert {tokenizer.decode(i.ids[i.start : i.end + 1]) for i in items} == {"a pear tree"}
    assert all(len(i.ids) == len(asked.asked["What did Ada plant?"]) + 6 for i in items)


def test_development_articles_are_not_trained_on(asked):
    assert [row["title"] for row in asked.human] == ["A Garden"]


def test_a_changed_question_has_another_name_of_its_kind():
    rng = random.Random(0)
    changed = {
        questions.change("What did Ada plant in Bern?", "Ada planted it in Bern or Basel.", rng)
        for _ in range(20)
    }
    assert "What did Ada plant in Basel?" in changed
    assert questions.change("why so?", "It is a tree.", rng) is None


def test_a_word_of_several_pieces_has_one_beginning(tokenizer):
    item = entities.item({"tokens": ["Zytglogge", "rings"], "tags": ["B-LOC", "O"]}, tokenizer)
    labels = [entities.LABELS[label] for label in item.labels[1:-1]]
    assert labels[0] == "B-LOC" and set(labels[1:-1]) == {"I-LOC"} and labels[-1] == "O"
    assert item.labels[0] == item.labels[-1] == -100


def test_no_premise_is_on_both_sides():
    rows = [
        {"premise": f"premise {i % 50}", "hypothesis": str(i), "label": "neutral"}
        for i in range(200)
    ]
    development, training = inference.held_back(rows)
    assert development and training and len(development) + len(training) == 200
    assert not {row["premise"] for row in development} & {row["premise"] for row in training}


def test_swap_changes_the_group_and_nothing_else():
    rng = random.Random(0)
    swapped = {opinions.swap("The French actor is dull.", rng) for _ in range(50)}
    assert len(swapped) > 5 and all(
        text.startswith("The ") and text.endswith(" actor is dull.") for text in swapped
    )
    assert {text.split()[1] for text in swapped} <= set(opinions.GROUPS["origin"])
    assert opinions.swap("It rains.", rng) == "It rains."


def test_no_sentence_of_the_evaluation_is_trained_on():
    from training.measures import NEUTRAL, SWAPS

    trained = {frame for frames in opinions.FRAMES.values() for frame in frames} | set(
        opinions.PLAIN
    )
    assert not trained & {*NEUTRAL, *SWAPS}


def test_a_shared_name_is_replaced_on_both_sides():
    assert translation.rename(
        ("Il vit à Bern.", "He lives in Bern."), ["Oslo"], random.Random(0)
    ) == ("Il vit à Oslo.", "He lives in Oslo.")
    assert translation.rename(("Il dort.", "He sleeps."), ["Oslo"], random.Random(0)) == (
        "Il dort.",
        "He sleeps.",
    )


def test_one_pass_has_every_pair_once():
    pairs = [(f"f{i}", f"e{i}") for i in range(200)]
    texts = translation.one_pass(pairs, ["Oslo"], random.Random(0))
    assert len(texts) < 200
    assert sorted(" ".join(french for french, _ in texts).split()) == sorted(
        french for french, _ in pairs
    )
    assert all(
        [f[1:] for f in french.split()] == [e[1:] for e in english.split()]
        for french, english in texts
    )


def numbers(number):
    return [[number * 100 + i] * (1 + i % 7) for i in range(40)]


def test_a_mixture_goes_on_where_it_stopped():
    def mixture():
        return streams.Mixture(
            {name: streams.Stream(numbers, len, 20, seed) for seed, name in enumerate("ab")},
            {"a": 0.7, "b": 0.3},
            seed=1,
        )

    whole = mixture()
    expected = [whole.next() for _ in range(60)]
    stopped = mixture()
    for _ in range(25):
        stopped.next()
    later = mixture()
    later.load_state(stopped.state())
    assert [later.next() for _ in range(35)] == expected[25:]
