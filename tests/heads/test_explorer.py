"""The explorer of notebook 03."""

import functools
import html
import re

import pytest
import torch
import transformers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoModelForMaskedLM, DistilBertConfig, pipeline

from helpers.heads.explorer import CHOICES, SHOWN, fresh, heads_explorer
from helpers.weights import EMBEDDED
from tools.pictures import labels_of

TEXTS = [
    "This movie was absolutely [MASK].",
    "I hate this so much!",
    "",
    "Zoë saw <b>it</b> & [MASK] [MASK] 😍",
]
LONG = (
    "The old cinema on the corner opens at seven. The same [MASK] sells the tickets and shows the film. "
    * 2
)


@pytest.fixture(scope="module")
def body():
    return AutoModel.from_pretrained(EMBEDDED, dtype=torch.float32, attn_implementation="eager")


@pytest.fixture(scope="module")
def masked_model():
    return AutoModelForMaskedLM.from_pretrained(EMBEDDED, dtype=torch.float32)


@pytest.fixture(scope="module")
def explorer(tokenizer, body, model, masked_model):
    return heads_explorer(tokenizer, body, model, masked_model, "fine")


@pytest.fixture
def calls(body):
    """One entry for each forward pass of the body."""
    made = []
    handle = body.register_forward_hook(lambda *_: made.append(1))
    yield made
    handle.remove()


def change(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.picture.value


def read(picture, name):
    """The rows of the table that is called so, without its head."""
    body = re.search(rf"<summary>{name} as a table</summary>.*?<tbody>(.*?)</tbody>", picture)[1]
    return [
        [html.unescape(cell) for cell in re.findall("<td>(.*?)</td>", row)]
        for row in body.split("</tr>")[:-1]
    ]


def said(rows):
    return [[cell if isinstance(cell, str) else f"{cell:.3f}" for cell in row] for row in rows]


@functools.cache
def whole(name, body, **sizes):
    """A model of the library's own class with our body and the head that the explorer shows."""
    model_class = getattr(transformers, name)
    head = fresh(model_class, body.config, **sizes)
    config = DistilBertConfig(**{**body.config.to_dict(), **sizes})
    model = model_class.from_config(config, dtype=torch.float32).eval()
    own = {
        name: tensor
        for name, tensor in head.state_dict().items()
        if not name.startswith("distilbert.")
    }
    model.load_state_dict(
        {**{f"distilbert.{name}": tensor for name, tensor in body.state_dict().items()}, **own}
    )
    return model


def run(model, inputs):
    with torch.inference_mode():
        return model(**inputs)


@pytest.mark.parametrize("text", TEXTS)
def test_hidden_states_are_the_bodys(explorer, tokenizer, body, text):
    picture = change(explorer, text=text, model_head="AutoModel")
    inputs = tokenizer(text, return_tensors="pt")
    hidden = run(body, inputs).last_hidden_state
    assert f"last_hidden_state <code>{[*hidden.shape]}</code>" in picture
    tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
    assert read(picture, "The frames") == said(
        [token, *vector[:3]] for token, vector in zip(tokens, hidden[0].tolist())
    )


@pytest.mark.parametrize("text", TEXTS)
def test_label_is_the_classifiers(explorer, classifier, model, tokenizer, text):
    picture = change(explorer, text=text, model_head="…ForSequenceClassification")
    logits = run(model, tokenizer(text, return_tensors="pt")).logits[0].tolist()
    scores = {entry["label"]: entry["score"] for entry in classifier(text, top_k=None)}
    names = list(model.config.id2label.values())
    assert read(picture, "The bars") == said(
        [name, z, scores[name]] for name, z in zip(names, logits)
    )
    assert f"read from the vector at position 0: {max(scores, key=scores.get)}." in picture
    assert labels_of(picture)[-1] == "Probabilities: " + ", ".join(
        f"{name} {scores[name]:.3f}" for name in names
    )


@pytest.mark.parametrize("text", [*TEXTS, LONG, "word " * SHOWN + "and [MASK]"])
def test_words_are_the_masked_models(explorer, masked_model, tokenizer, text):
    picture = change(explorer, text=text, model_head="…ForMaskedLM")
    inputs = tokenizer(text, return_tensors="pt")
    logits = run(masked_model, inputs).logits
    best = logits[0].softmax(dim=-1).max(dim=-1)
    tokens, guesses = (
        tokenizer.convert_ids_to_tokens(ids) for ids in (inputs["input_ids"][0], best.indices)
    )
    assert f"logits <code>{[*logits.shape]}</code>" in picture
    assert read(picture, "The frames") == said(zip(tokens[:SHOWN], guesses, best.values.tolist()))
    if "[MASK]" in text:
        answers = pipeline("fill-mask", model=masked_model, tokenizer=tokenizer)(text)
        answers = answers[0] if isinstance(answers[0], list) else answers
        shown = [(row[0], row[2]) for row in read(picture, "The bars")]
        assert shown == [
            (tokenizer.convert_ids_to_tokens(a["token"]), f"{a['score']:.3f}") for a in answers
        ]
    else:
        assert "Write [MASK]" in picture and "The bars" not in picture


@pytest.mark.parametrize("text", TEXTS)
def test_random_heads_compute_as_the_librarys_classes_do(explorer, tokenizer, body, text):
    inputs = tokenizer(text, return_tensors="pt")
    tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
    tagger = whole("AutoModelForTokenClassification", body, num_labels=3)
    best = run(tagger, inputs).logits[0].softmax(dim=-1).max(dim=-1)
    picture = change(explorer, text=text, model_head="…ForTokenClassification")
    assert (
        "<b>random, never trained" in picture
        and f"logits <code>[1, {len(tokens)}, 3]</code>" in picture
    )
    assert read(picture, "The frames") == said(
        zip(tokens, [f"LABEL_{i}" for i in best.indices.tolist()], best.values.tolist())
    )
    output = run(whole("AutoModelForQuestionAnswering", body, num_labels=2), inputs)
    starts, ends = (logits[0].softmax(dim=0) for logits in (output.start_logits, output.end_logits))
    picture = change(explorer, model_head="…ForQuestionAnswering")
    assert "<b>random, never trained" in picture
    assert read(picture, "The frames") == said(zip(tokens, starts.tolist(), ends.tolist()))
    assert (
        f"begin at {html.escape(tokens[starts.argmax()])}, end at {html.escape(tokens[ends.argmax()])}."
        in picture
    )


@pytest.mark.parametrize(
    "texts", [["fine"], ["A good film.", "The film was long, and slow, and I left.", ""]]
)
def test_choices_are_the_librarys(explorer, tokenizer, body, texts):
    inputs = {
        name: tensor[None]
        for name, tensor in tokenizer(texts, padding=True, return_tensors="pt").items()
    }
    logits = run(whole("AutoModelForMultipleChoice", body), inputs).logits[0]
    picture = change(explorer, text="|".join(texts), model_head="…ForMultipleChoice")
    assert f"input_ids <code>{[*inputs['input_ids'].shape]}</code>" in picture
    assert f"logits <code>[1, {len(texts)}]</code>" in picture
    rows = zip(
        (f"choice {k}" for k in range(len(texts))), logits.tolist(), logits.softmax(dim=0).tolist()
    )
    assert read(picture, "The bars") == said(rows)


def look_rows(picture):
    """Below each token: its weights, one for each token that looks, and the mean; in percent."""
    tokens = re.findall(r'<span class="q[^>]*>([^<]*)(.*?)</span>', picture)
    return [html.unescape(name) for name, _ in tokens], [
        [int(p) for p in re.findall(">(\\d+)</b>", b)] for _, b in tokens
    ]


@pytest.mark.parametrize("layer, head", [(0, 0), (2, 7), (5, 11)])
def test_attention_is_the_bodys(explorer, tokenizer, body, layer, head):
    for text in TEXTS:
        picture = change(explorer, text=text, layer=layer, head=head)
        inputs = tokenizer(text, return_tensors="pt")
        weights = run(body, {**inputs, "output_attentions": True}).attentions[layer][0, head]
        tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
        assert f"layer {layer}, attention head {head}" in picture
        assert read(picture, "Attention") == said(
            [token, *row] for token, row in zip(tokens, weights.tolist())
        )
        names, columns = look_rows(picture)
        assert names == tokens
        assert columns == [
            [round(100 * w) for w in [*column, sum(column) / len(column)]]
            for column in weights.T.tolist()
        ]
        [grid] = [label for label in labels_of(picture) if label.startswith("Attention")]
        for token, row in zip(tokens, weights):
            best = row.argmax().item()
            assert f"{token} looks at {tokens[best]} {row[best].item():.0%}" in grid


def test_a_long_text_says_how_much_is_drawn_and_where_the_rest_looks(explorer, tokenizer, body):
    picture = change(explorer, text=LONG, layer=3, head=4)
    inputs = tokenizer(LONG, return_tensors="pt")
    count = inputs["input_ids"].shape[1]
    weights = run(body, {**inputs, "output_attentions": True}).attentions[3][0, 4][:SHOWN]
    assert f"{SHOWN} of {count} tokens are drawn" in picture
    rows = read(picture, "Attention")
    assert len(rows) == SHOWN
    for row, weight in zip(rows, weights, strict=True):
        assert [float(x) for x in row[1:-1]] == pytest.approx(weight[:SHOWN].tolist(), abs=6e-4)
        assert float(row[-1]) == pytest.approx(weight[SHOWN:].sum().item(), abs=6e-4)
    assert look_rows(picture)[0][-1] == f"… {count - SHOWN} more"
    change(explorer, text="good " * 600)
    assert "The model reads 512 tokens at most" in explorer.picture.value


def test_every_drawn_token_can_be_pointed_at_and_focused(explorer, tokenizer):
    for text in (TEXTS[0], LONG):
        picture = change(explorer, text=text)
        count = min(len(tokenizer(text)["input_ids"]), SHOWN)
        for k in range(1, count + 1):
            assert re.search(
                rf'<span class="q k{k}" tabindex="0" role="img" aria-label="[^"]+ looks at [^"]+ \d+%',
                picture,
            )
            assert f'<rect class="r k{k}"' in picture
            assert re.search(
                rf"\.look:has\(\.k{k}:hover\) \.q b:nth-child\({k}\).*\.k{k}:focus\) \.q b:nth-child\({k}\)\n"
                r"\{display:block\}",
                picture,
            )
        assert f" k{count + 1}" not in picture


def test_one_forward_pass_a_text_and_none_for_the_rest(explorer, calls):
    change(explorer, text="A text that is new.")
    assert len(calls) == 1
    for name in explorer.controls["model_head"].options:
        change(explorer, model_head=name)
        for layer in range(6):
            change(explorer, layer=layer, head=11 - layer)
    assert len(calls) == 1 and not explorer.message.value
    change(explorer, text="another | text", model_head="…ForMultipleChoice")
    assert len(calls) == 2


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(), max_size=60), st.integers(0, 5), st.integers(0, 5), st.integers(0, 11)
)
@example("\udc00", 0, 0, 0)
@example("<script>alert(1)</script><img src=x onerror=alert(1)>", 2, 5, 3)
@example("a|b||c", 5, 1, 1)
def test_any_text_is_drawn_or_refused_in_words(explorer, text, place, layer, head):
    change(explorer, text="fine")
    before = change(
        explorer, model_head=explorer.controls["model_head"].options[place], layer=layer, head=head
    )
    picture = change(explorer, text=text)
    labels_of(picture)
    assert len(picture) < 40_000
    refused = re.search("[\ud800-\udfff]", text) or (place == 5 and text.count("|") >= CHOICES)
    assert bool(explorer.message.value) == bool(refused)
    assert not refused or picture == before


@pytest.mark.parametrize(
    "text, words",
    [
        ("x" * 100_000, "takes 5,000: shorten it"),
        ("\ud83d", "half of a surrogate pair"),
        ("a" + "|b" * CHOICES, "write fewer |"),
    ],
)
def test_errors_are_said_in_words(explorer, text, words):
    before = change(explorer, text="fine", model_head="…ForMultipleChoice")
    change(explorer, text=text)
    assert words in explorer.message.value and explorer.picture.value == before


def test_pictures_are_small(explorer):
    for name in explorer.controls["model_head"].options:
        assert len(change(explorer, text="& " * 60, model_head=name)) < 40_000
        assert len(change(explorer, text="unbelievable internationalization " * 40)) < 40_000


@pytest.fixture
def tiny(tokenizer):
    """A body, and a masked model on another body, with sizes that are nobody else's."""
    config = DistilBertConfig(
        vocab_size=len(tokenizer),
        dim=15,
        hidden_dim=20,
        n_layers=2,
        n_heads=3,
        attn_implementation="eager",
    )
    torch.manual_seed(1)
    classifier = transformers.AutoModelForSequenceClassification.from_config(config).eval()
    return (
        classifier.distilbert,
        classifier,
        transformers.AutoModelForMaskedLM.from_config(config).eval(),
    )


def test_a_masked_model_reads_its_own_body(tokenizer, tiny):
    explorer = heads_explorer(tokenizer, *tiny, "It was [MASK].")
    picture = change(explorer, model_head="…ForMaskedLM")
    assert "with a body of its own" in picture
    inputs = tokenizer("It was [MASK].", return_tensors="pt")
    best = run(tiny[2], inputs).logits[0].softmax(dim=-1).max(dim=-1).values
    assert [row[2] for row in read(picture, "The frames")] == [f"{p:.3f}" for p in best.tolist()]
    weights = run(tiny[2].distilbert, {**inputs, "output_attentions": True}).attentions[0][0, 0]
    assert [row[1:] for row in read(picture, "Attention")] == said(weights.tolist())


def test_many_changes_end_in_the_last_state(tokenizer, tiny):
    explorer = heads_explorer(tokenizer, *tiny, "fine")
    change(explorer, model_head="…ForSequenceClassification")
    for count in range(200):
        change(explorer, text=f"Good {count}", layer=count % 2)
    logits = run(tiny[1], tokenizer("Good 199", return_tensors="pt")).logits[0].tolist()
    assert [row[1] for row in read(explorer.picture.value, "The bars")] == [
        f"{z:.3f}" for z in logits
    ]
    assert "layer 1, attention" in explorer.picture.value and not explorer.message.value


def test_sliders_go_as_far_as_the_config(tokenizer, tiny):
    explorer = heads_explorer(tokenizer, *tiny, "fine")
    assert (explorer.controls["layer"].max, explorer.controls["head"].max) == (1, 2)
    fields = [child for row in explorer.box.children for child in getattr(row, "children", [row])]
    assert {"Text:", "Model head:", "Layer:", "Attention head:"} <= {
        getattr(field, "description", "") for field in fields
    }


def test_attention_that_is_not_kept_is_named(tokenizer, model, masked_model):
    explorer = heads_explorer(tokenizer, model.distilbert, model, masked_model, "fine")
    assert "attn_implementation=&quot;eager&quot;" in explorer.message.value


def test_random_heads_leave_the_readers_seed_alone(body):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = fresh(transformers.AutoModelForQuestionAnswering, body.config, num_labels=2)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(
        first.qa_outputs.weight,
        fresh(
            transformers.AutoModelForQuestionAnswering, body.config, num_labels=2
        ).qa_outputs.weight,
    )
