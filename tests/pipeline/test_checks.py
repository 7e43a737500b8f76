import pytest
import torch

import helpers.pipeline.checks as checks

LOGITS = torch.tensor([[1.0, 3.0], [-2.0, 0.5]])


@pytest.fixture
def verdict(capsys):
    def run(check, *arguments):
        check(*arguments)
        return capsys.readouterr().out.strip()

    return run


@pytest.mark.parametrize(
    "answer, said",
    [
        (LOGITS.softmax(dim=1), "✓"),
        (..., "○"),
        (None, "○"),
        (LOGITS.softmax(dim=0), "columns sum to 1"),
        (LOGITS.exp() / LOGITS.exp().sum(), "All the numbers together"),
        (LOGITS.exp(), "Now divide each row"),
        (LOGITS / LOGITS.sum(dim=1, keepdim=True), "Take exp() first"),
        (LOGITS, "never negative"),
        (LOGITS.softmax(dim=1)[0], "shape should stay [2, 2]"),
        (LOGITS.softmax(dim=1).tolist(), "should be a tensor"),
        (LOGITS.softmax(dim=1).flip(1), "keep the order"),
    ],
)
def test_probabilities(verdict, answer, said):
    assert said in verdict(checks.probabilities, answer, LOGITS)


def test_answer_accepts_the_library(verdict, classifier):
    assert verdict(checks.answer, lambda text: classifier(text)[0], classifier).startswith("✓")


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda entry: ..., "○"),
        (lambda entry: [entry], "take row 0"),
        (lambda entry: entry["label"], "keys 'label' and 'score'"),
        (lambda entry: {**entry, "label": 1}, "id2label"),
        (lambda entry: {**entry, "score": torch.tensor(entry["score"])}, ".item()"),
        (lambda entry: {**entry, "score": str(entry["score"])}, "should be a float"),
        (
            lambda entry: {
                **entry,
                "label": {"POSITIVE": "NEGATIVE", "NEGATIVE": "POSITIVE"}[entry["label"]],
            },
            "argmax",
        ),
        (lambda entry: {**entry, "score": 3.2}, "Softmax is missing"),
        (lambda entry: {**entry, "score": entry["score"] / 2}, "the library's score"),
        (lambda entry: entry["nothing"], "raised KeyError"),
    ],
)
def test_answer_diagnoses(verdict, classifier, spoil, said):
    assert said in verdict(checks.answer, lambda text: spoil(classifier(text)[0]), classifier)


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda entries: entries, "✓"),
        (lambda entries: None, "○"),
        (lambda entries: entries[::-1], "reverse=True"),
        (lambda entries: entries[:1], "2 labels"),
        (lambda entries: entries[0], "list of dictionaries"),
        (
            lambda entries: [{**entry, "score": 1 - entry["score"]} for entry in entries][::-1],
            "the library says",
        ),
    ],
)
def test_ranking(verdict, classifier, spoil, said):
    assert said in verdict(
        checks.ranking, lambda text: spoil(classifier(text, top_k=None)), classifier
    )


def test_fooled(verdict, classifier):
    clear = "I hate this so much!"
    right = classifier(clear)[0]["label"]
    wrong = ({"POSITIVE", "NEGATIVE"} - {right}).pop()
    assert verdict(checks.fooled, (clear, wrong), classifier).startswith("✓")
    assert "agrees with you" in verdict(checks.fooled, (clear, right), classifier)
    assert "four words" in verdict(checks.fooled, ("Hate it.", wrong), classifier)
    assert "one of NEGATIVE, POSITIVE" in verdict(checks.fooled, (clear, "positive"), classifier)
    assert "○" in verdict(checks.fooled, (..., ...), classifier)
    assert "○" in verdict(checks.fooled, (clear, ...), classifier)
