"""The figures of the cards, on answers whose score is known; a state that survives, and a body
under every head.
"""

import pytest
import sentencepiece
import torch
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
)

from training import answers, assemble, body, loop, scores, state


def test_spans_as_squad_scores_them():
    assert (
        scores.exact("The Eiffel tower!", ["eiffel tower"]) == 1
        and scores.exact("", []) == 1
        and scores.exact("x", []) == 0
    )
    assert scores.overlap("big red car", ["red car", "bus"]) == pytest.approx(0.8)
    assert scores.overlap("", ["bus"]) == 0 and scores.overlap("bus", []) == 0


def test_entities_need_kind_and_both_ends():
    right = ["B-PER", "I-PER", "O", "B-LOC"]
    assert scores.spans(right) == {("PER", 0, 2), ("LOC", 3, 4)}
    assert scores.spans(["I-PER", "B-PER", "I-LOC"]) == {
        ("PER", 0, 1),
        ("PER", 1, 2),
        ("LOC", 2, 3),
    }
    assert scores.entity_f1([(right, ["B-PER", "O", "O", "B-LOC"])]).value == pytest.approx(0.5)


def test_calibration_error_is_zero_only_where_score_and_share_agree():
    assert scores.calibration_error([0.75] * 4, [True, True, True, False]) == 0
    assert scores.calibration_error([0.9] * 4, [True, True, False, False]) == pytest.approx(0.4)


def test_mean_has_the_error_of_a_share():
    figure = scores.mean([1.0] * 80 + [0.0] * 20)
    assert (
        figure.value == 0.8
        and figure.error == pytest.approx((0.8 * 0.2 / 99) ** 0.5)
        and str(figure) == "80.0 ± 4.0 (n = 100)"
    )


def test_a_state_is_whole_or_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "body.pt"
    assert state.load(path) is None
    state.save(path, {"step": 1})

    def cut_off(value, file):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", cut_off)
    with pytest.raises(OSError):
        state.save(path, {"step": 2})
    assert state.load(path) == {"step": 1}


def test_the_rate_follows_the_processor_time_of_all_runs():
    assert state.Clock(1, spent=60).rate() == pytest.approx(0, abs=1e-6)
    assert state.Clock(1, spent=1.8).rate() == pytest.approx(1, abs=0.01)
    assert 0.4 < state.Clock(1, spent=31).rate() < 0.6


def test_the_rate_is_at_zero_when_the_wall_is_reached(monkeypatch):
    now = 100.0
    monkeypatch.setattr(state.time, "monotonic", lambda: now)
    clock = state.Clock(60, spent=1800, wall=10)
    assert clock.share() == pytest.approx(0.5, abs=0.01)
    now += 300
    assert clock.share() == pytest.approx(0.75, abs=0.01)
    now += 300
    assert clock.share() == 1 and clock.rate() == pytest.approx(0, abs=1e-6)


def run_a_line(path, minutes, seen):
    """Train one number for a few seconds' hundredths; `seen` gets its value before every step."""
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)

    def step():
        seen.append(model.weight.item())
        return "line", model(torch.ones(1, 1)).pow(2).mean(), 1, 1

    saved = state.load(path)
    loop.run(
        *(model, optimizer, step, lambda: None, saved, path, minutes, None),
        get=dict,
        put=lambda extra: None,
    )
    return model.weight.item()


def test_a_stopped_run_goes_on_with_its_weights_and_time(tmp_path):
    first, second = [], []
    last = run_a_line(tmp_path / "s.pt", 0.005, first)
    spent = state.load(tmp_path / "s.pt")["spent"]
    assert first and spent >= 0.3
    run_a_line(tmp_path / "s.pt", 0.01, second)
    assert second[0] == last
    assert state.load(tmp_path / "s.pt")["spent"] >= 0.6


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, tokenizer):
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("course")
    heads = body.Heads().eval()
    assemble.save(heads, tokenizer, place)
    return heads, place


def test_every_head_loads_with_the_same_body(checkpoint, tmp_path):
    heads, place = checkpoint
    bodies = []
    for name in heads.models:
        assemble.put_together(place, name, tmp_path / name)
        model, report = type(heads.models[name]).from_pretrained(
            tmp_path / name, dtype=torch.float16, output_loading_info=True
        )
        assert not report["missing_keys"] and not report["unexpected_keys"]
        bodies.append(
            {key: tensor.numpy().tobytes() for key, tensor in model.distilbert.state_dict().items()}
        )
    assert all(other == bodies[0] for other in bodies) and len(bodies) == 5


def test_what_was_put_together_answers_as_the_training_saw_it(checkpoint, tmp_path, tokenizer):
    heads, place = checkpoint
    ids = tokenizer("Where do I work?", return_tensors="pt").input_ids
    for name, kind in (
        ("question-answering", AutoModelForQuestionAnswering),
        ("masked-lm", AutoModelForMaskedLM),
        ("inference", AutoModelForSequenceClassification),
    ):
        assemble.put_together(place, name, tmp_path / name)
        model = kind.from_pretrained(tmp_path / name, dtype=torch.float32).eval()
        with torch.inference_mode():
            torch.testing.assert_close(model(ids)[0], heads.models[name](ids)[0], atol=5e-3, rtol=0)


def test_every_batch_has_a_loss_and_the_word_embeddings_stay(checkpoint, tokenizer):
    from training.entities import item

    heads = body.Heads().train()
    ids = tokenizer("Ada works in Bern.")["input_ids"]
    batches = {
        "question-answering": [body_item(ids, start=4, end=4)],
        "inference": [body_item(ids, label=1)],
        "token-classification": [item({"tokens": ["Ada"], "tags": ["B-PER"]}, tokenizer)],
        "sentiment": [body_item(ids, target=0.5)],
        "masked-lm": [ids] * 20,
    }
    assert set(batches) == set(body.STEPS)
    for name, batch in batches.items():
        heads.zero_grad()
        heads.loss(name, batch, tokenizer).backward()
        assert heads.body.transformer.layer[0].ffn.lin1.weight.grad.abs().sum() > 0, name
        assert heads.body.embeddings.word_embeddings.weight.grad is None


def body_item(ids, **fields):
    from types import SimpleNamespace

    return SimpleNamespace(ids=ids, **fields)


class Certain(torch.nn.Module):
    """A question-answering model that is sure of the tokens from one id to another, or of no
    answer.
    """

    def __init__(self, first, last):
        super().__init__()
        self.first, self.last = first, last

    def forward(self, input_ids, attention_mask):
        from types import SimpleNamespace

        class Output(SimpleNamespace):
            def __contains__(self, name):
                return hasattr(self, name)

        return Output(
            start_logits=9.0 * (input_ids == self.first), end_logits=9.0 * (input_ids == self.last)
        )


@pytest.mark.parametrize("filler", [0, 600])
def test_an_answer_is_found_in_whichever_window_it_is(tokenizer, filler):
    row = {"question": "Where?", "context": "so " * filler + "Ada lives in Bern now."}
    first, last = tokenizer.convert_tokens_to_ids(["in", "bern"])
    ((text, margin),) = answers.questions([row], tokenizer, Certain(first, last))
    assert text == "in Bern" and margin == 18
    ((_, margin),) = answers.questions(
        [row], tokenizer, Certain(tokenizer.cls_token_id, tokenizer.cls_token_id)
    )
    assert margin < 0


def test_smoothed_loss_is_the_librarys():
    from training.translation import Smoothed

    torch.manual_seed(0)
    logits, target = torch.randn(30, 50, requires_grad=True), torch.randint(0, 50, (30,))
    Smoothed.apply(logits, target).backward()
    own, logits.grad = logits.grad, None
    torch.nn.functional.cross_entropy(logits, target, label_smoothing=0.1).backward()
    torch.testing.assert_close(own, logits.grad)


def test_the_tokenizer_has_the_names_of_opus(tmp_path):
    from training import marian, translation

    pairs = [
        (f"La maison numéro {i} est verte.", f"House number {i} is green.") for i in range(400)
    ]
    before, marian.PIECES = marian.PIECES, 50
    try:
        tokenizer = marian.make_tokenizer(pairs, tmp_path)
    finally:
        marian.PIECES = before
    assert {"source.spm", "target.spm", "vocab.json", "tokenizer_config.json"} <= {
        file.name for file in tmp_path.iterdir()
    }
    assert (
        sentencepiece.SentencePieceProcessor(
            model_file=str(tmp_path / "source.spm")
        ).get_piece_size()
        == 50
    )
    ((french, english),) = translation.encode(
        [("La maison est verte.", "House is green.")], tokenizer
    )
    assert french[-1] == english[-1] == tokenizer.eos_token_id == 0
    assert tokenizer.decode(english, skip_special_tokens=True) == "House is green."
    model = marian.make_model(tokenizer).eval()
    assert translation.translate(["La maison.", "La maison est verte."], tokenizer, model, beams=2)
