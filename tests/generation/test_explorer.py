"""Explorer of notebook 06: its numbers and its draws are the library's, whatever is typed, moved or pressed."""

import copy
import html

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from helpers.generation import generate
from helpers.generation.explorer import HEAD, LONGEST, RUN, Path, Step, render, sampling_explorer
from helpers.weights import resolve
from tools.pictures import labels_of, rows

PROMPT = "Once upon a time"


@pytest.fixture(scope="module")
def bpe():
    return AutoTokenizer.from_pretrained(resolve("causal-lm"))


@pytest.fixture(scope="module")
def trained():
    return AutoModelForCausalLM.from_pretrained(resolve("causal-lm"), dtype=torch.float32)


def small_model(positions=512):
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=49152,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            max_position_embeddings=positions,
            initializer_range=0.6,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=2,
        )
    ).eval()


@pytest.fixture(scope="module")
def tiny():
    return small_model()


@pytest.fixture
def explorer(bpe, tiny):
    return sampling_explorer(bpe, tiny, PROMPT)


def press(explorer, *labels):
    for label in labels:
        explorer.buttons[label].click()


def turn(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value


def candidates(explorer):
    return rows(explorer.picture.value, "The candidates as a table")


def path_ids(explorer):
    return [int(row[2]) for row in rows(explorer.picture.value, "The path as a table")]


def library_s(model, ids, temperature, top_k, top_p):
    """Logits and, filtered by the library, probabilities of the next token. No cache."""
    with torch.inference_mode():
        logits = model(torch.tensor([ids])).logits[:, -1]
    scores = TemperatureLogitsWarper(temperature)(None, logits)
    scores = TopKLogitsWarper(top_k)(None, scores) if top_k else scores
    scores = TopPLogitsWarper(top_p)(None, scores) if top_p < 1 else scores
    return logits[0], scores[0].softmax(dim=-1)


def assert_picture_is(explorer, logits, probabilities, temperature):
    size, kept, table = len(logits), int((probabilities > 0).sum()), candidates(explorer)
    assert len(table) == HEAD + 1
    best = logits.topk(HEAD).indices.tolist()
    for (_, _, token, z, scaled, mark, p, own), i in zip(table, best):
        assert float(z) == pytest.approx(logits[i].item(), abs=5.1e-3)
        assert float(scaled) == pytest.approx(
            logits[i].item() / temperature, abs=5.1e-3 + 1e-4 / temperature
        )
        assert float(p) == pytest.approx(probabilities[i].item(), abs=5.1e-4)
        assert float(own) == pytest.approx(logits.softmax(dim=-1)[i].item(), abs=5.1e-4)
        assert (mark == "✓") == (probabilities[i].item() > 0)
        assert int(token) == i
        assert f">{p}</div>" in explorer.picture.value
    tail = probabilities.sum() - probabilities[best].sum()
    assert float(table[-1][6]) == pytest.approx(tail.item(), abs=5.1e-4)
    assert table[-1][5] == f"✓ {kept - int((probabilities[best] > 0).sum()):,}"
    assert f"<b>{kept:,} of {size:,} tokens are kept</b>" in explorer.picture.value


@pytest.mark.parametrize("choice", [(0.7, 50, 0.9), (1.5, 0, 0.5), (1.0, 3, 1.0), (2.0, 0, 1.0)])
def test_numbers_in_the_picture_are_the_models(bpe, trained, choice):
    explorer = sampling_explorer(bpe, trained, PROMPT)
    turn(explorer, **dict(zip(("temperature", "top_k", "top_p"), choice)))
    press(explorer, "Step", "Step")
    logits, probabilities = library_s(
        trained, bpe(PROMPT)["input_ids"] + path_ids(explorer), *choice
    )
    assert_picture_is(explorer, logits, probabilities, choice[0])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20), st.integers(0, 200), st.integers(1, 20))
def test_any_place_of_the_sliders(bpe, tiny, tenths, top_k, twentieths):
    choice = tenths / 10, top_k, twentieths / 20
    explorer = sampling_explorer(bpe, tiny, PROMPT)
    turn(explorer, **dict(zip(("temperature", "top_k", "top_p"), choice)))
    assert not explorer.message.value
    logits, probabilities = library_s(tiny, bpe(PROMPT)["input_ids"], *choice)
    assert_picture_is(explorer, logits, probabilities, choice[0])


def test_a_run_is_what_generate_samples(bpe, trained):
    explorer = sampling_explorer(bpe, trained, PROMPT)
    turn(explorer, seed=7, temperature=1.2, top_p=0.95)
    press(explorer, "Step", "Run to the end")
    prompt = bpe(PROMPT, return_tensors="pt")
    choice = {
        "do_sample": True,
        "temperature": 1.2,
        "top_k": 50,
        "top_p": 0.95,
        "max_new_tokens": RUN + 1,
    }
    torch.manual_seed(7)
    library = trained.generate(**prompt, **choice)[0, prompt["input_ids"].shape[1] :].tolist()
    assert path_ids(explorer) == library
    assert html.escape(bpe.decode(library).split("\n")[0].strip()) in explorer.picture.value


@pytest.mark.parametrize(
    "seed, choice",
    [(0, (0.3, 0, 1.0)), (1, (2.0, 0, 0.8)), (2, (1.0, 5, 0.5)), (9999, (0.7, 50, 0.9))],
)
def test_steps_are_what_decoding_by_hand_samples(bpe, tiny, explorer, seed, choice):
    temperature, top_k, top_p = choice
    turn(explorer, seed=seed, temperature=temperature, top_k=top_k, top_p=top_p)
    press(explorer, *["Step"] * 12)
    by_hand = generate(
        tiny,
        bpe(PROMPT, return_tensors="pt")["input_ids"],
        max_new_tokens=12,
        do_sample=True,
        seed=seed,
        temperature=temperature,
        top_k=top_k or None,
        top_p=top_p,
    )
    assert bpe(PROMPT)["input_ids"] + path_ids(explorer) == by_hand[0].tolist()


def test_rewound_steps_come_again(explorer):
    turn(explorer, temperature=2, top_k=0, top_p=1)
    press(explorer, *["Step"] * 5)
    before = explorer.picture.value
    press(explorer, "Rewind", "Rewind", "Rewind")
    assert len(path_ids(explorer)) == 2
    press(explorer, "Pick", "Rewind", "Step", "Step", "Step")
    assert explorer.picture.value == before


def test_a_pick_takes_the_numbered_candidate_and_no_draw(bpe, tiny, explorer):
    turn(explorer, temperature=2, top_k=4, top_p=1, number=7)
    assert "▸ 7" in explorer.picture.value
    wanted = candidates(explorer)[6]
    press(explorer, "Pick")
    [row] = rows(explorer.picture.value, "The path as a table")
    assert wanted[5] == "✗ k" and [row[1], row[2], row[3], row[4]] == [
        wanted[1],
        wanted[2],
        "0.000",
        "picked",
    ]
    press(explorer, "Step")
    _, probabilities = library_s(
        tiny, bpe(PROMPT)["input_ids"] + path_ids(explorer)[:1], 2.0, 4, 1.0
    )
    torch.manual_seed(0)
    assert path_ids(explorer)[1] == torch.multinomial(probabilities, 1).item()


def test_the_reader_s_random_numbers_are_left_alone(explorer):
    before = torch.random.get_rng_state()
    press(explorer, "Step", "Pick", "Rewind", "Run to the end")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_model_runs_for_a_new_prompt_and_a_new_token_only(bpe, tiny):
    passes = []
    handle = tiny.register_forward_hook(lambda *_: passes.append(1))

    def passes_of(action):
        passes.clear()
        action()
        return len(passes)

    explorer = sampling_explorer(bpe, tiny, PROMPT)
    counted = [
        len(passes),
        passes_of(lambda: press(explorer, "Step")),
        passes_of(lambda: press(explorer, "Pick")),
        passes_of(lambda: press(explorer, "Rewind")),
        passes_of(lambda: press(explorer, "Run to the end")),
        passes_of(lambda: turn(explorer, temperature=1.1, top_k=7, top_p=0.6, number=2)),
        passes_of(lambda: turn(explorer, seed=3)),
        passes_of(lambda: turn(explorer, prompt="Two cats")),
    ]
    handle.remove()
    assert counted == [1, 1, 1, 0, RUN, 0, 0, 1]


def test_sliders_keep_the_path_and_prompt_and_seed_begin_anew(explorer):
    press(explorer, "Step", "Step")
    table = rows(explorer.picture.value, "The path as a table")
    turn(explorer, temperature=1.9, top_k=3, top_p=0.3)
    assert rows(explorer.picture.value, "The path as a table") == table
    turn(explorer, seed=1)
    assert path_ids(explorer) == []
    press(explorer, "Step")
    turn(explorer, prompt=f"{PROMPT}, there")
    assert path_ids(explorer) == []


def test_tree_says_what_was_taken_and_what_was_not(explorer):
    assert labels_of(explorer.picture.value) == []
    turn(explorer, top_p=1)
    three = [f"{row[1]} {row[6]}" for row in candidates(explorer)[:3]]
    for number in (1, 2, 3):
        turn(explorer, number=number)
        press(explorer, "Pick")
        others = "".join(f", not {said}" for said in three if said != three[number - 1])
        assert labels_of(explorer.picture.value) == [
            f"Path: step 1 {three[number - 1]} picked{others}"
        ]
        press(explorer, "Rewind")


def test_end_of_sequence_ends_the_path(bpe, tiny):
    tokenizer = copy.deepcopy(bpe)
    explorer = sampling_explorer(tokenizer, tiny, PROMPT)
    turn(explorer, top_k=1)
    press(explorer, "Run to the end")
    tokenizer.eos_token = tokenizer.convert_ids_to_tokens(path_ids(explorer)[-1])
    ids = path_ids(explorer)[: path_ids(explorer).index(path_ids(explorer)[-1]) + 1]
    turn(explorer, seed=5)
    read = []
    handle = tiny.register_forward_hook(lambda *_: read.append(1))
    press(explorer, "Run to the end")
    handle.remove()
    assert path_ids(explorer) == ids and len(read) == len(ids) - 1  # nothing follows the last one
    assert f"{html.escape(tokenizer.eos_token)} ends the text" in explorer.picture.value
    press(explorer, "Step")
    assert "ends the text: rewind" in explorer.message.value
    press(explorer, "Rewind")
    assert (
        path_ids(explorer) == ids[:-1]
        and len(candidates(explorer)) == HEAD + 1
        and not explorer.message.value
    )


def test_the_tail_of_a_path_is_drawn_and_all_of_it_in_the_table(bpe):
    explorer = sampling_explorer(bpe, small_model(positions=40), PROMPT)
    turn(explorer, temperature=2, top_k=0, top_p=1)
    press(explorer, "Run to the end", "Run to the end")
    assert (
        "have 40 tokens, the most that fits here" in explorer.picture.value
        and not explorer.message.value
    )
    assert len(path_ids(explorer)) == 40 - len(bpe(PROMPT)["input_ids"])
    assert (
        "… 28 steps before" in explorer.picture.value
        and "step 36 " in labels_of(explorer.picture.value)[0]
    )
    assert len(explorer.picture.value) < 30_000
    press(explorer, "Step")
    assert "rewind" in explorer.message.value


def test_an_empty_prompt_begins_as_generate_does(bpe, trained):
    explorer = sampling_explorer(bpe, trained, "")
    assert "empty prompt: the model begins with &lt;|im_start|&gt;" in explorer.picture.value
    turn(explorer, temperature=1)
    press(explorer, *["Step"] * 4)
    torch.manual_seed(0)
    library = trained.generate(
        do_sample=True, temperature=1.0, top_k=50, top_p=0.9, max_new_tokens=4
    )
    assert [bpe.bos_token_id, *path_ids(explorer)] == library[0].tolist()


def test_an_empty_prompt_without_a_first_token_is_refused_in_words(bpe, tiny):
    tokenizer = copy.deepcopy(bpe)
    tokenizer.bos_token = None
    explorer = sampling_explorer(tokenizer, tiny, PROMPT)
    turn(explorer, prompt="")
    assert "write something" in explorer.message.value


def test_a_prompt_that_is_too_long_is_refused_in_words(explorer):
    before = explorer.picture.value
    for prompt, said in (
        (" no" * LONGEST, f"the prompt has {LONGEST} tokens"),
        ("good " * 20_000, "100,000 characters"),
        ("half \ud83d", "surrogate"),
    ):
        turn(explorer, prompt=prompt)
        press(explorer, "Step")
        assert said in explorer.message.value and explorer.picture.value == before
    turn(explorer, prompt=PROMPT)
    assert explorer.picture.value == before and not explorer.message.value
    turn(explorer, prompt=" no" * (LONGEST - 1))
    assert (
        not explorer.message.value
        and f"{LONGEST - 1} tokens of the prompt" in explorer.picture.value
    )


@settings(max_examples=25, deadline=None)
@given(
    st.text(max_size=60),
    st.lists(st.sampled_from(["Step", "Pick", "Rewind", "Run to the end"]), max_size=4),
    st.integers(0, 9999),
    st.integers(1, HEAD),
)
@example("", ["Step"], 0, 1)
@example("   ", ["Step"], 0, 1)
@example("😀 \u202e\u0301\x00\ud800", ["Pick"], 0, 1)
@example("<script>alert(1)</script><img src=x onerror=alert(1)>", ["Step"], 0, 1)
def test_any_text_is_drawn_or_refused_in_words(bpe, tiny, text, labels, seed, number):
    explorer = sampling_explorer(bpe, tiny, PROMPT)
    before = explorer.picture.value
    turn(explorer, seed=seed, number=number, temperature=2, top_k=0, top_p=1, prompt=text)
    if explorer.message.value:
        assert any(0xD800 <= ord(c) < 0xE000 for c in text)
    else:
        assert (
            f"text: {len(bpe(text)['input_ids']) or 1} tokens of the prompt, 0 taken, seed {seed}"
            in explorer.picture.value
        )
    press(explorer, *labels)
    assert explorer.picture.value != before
    labels_of(explorer.picture.value)


def test_what_the_model_writes_is_shown_as_text(bpe, tiny):
    path = Path("<b>", 0, bpe, tiny)
    path.steps = [
        Step(
            bpe("<").input_ids[0],
            "<img src=x>",
            0.5,
            [("</svg>", 0.2), ('"onclick="', 0.1)],
            "drawn",
        )
    ]
    picture = render(path, 1.0, 0, 1.0, 1)
    assert "<img src=x>, not </svg>" not in picture and "<mark>&lt;</mark>" in picture
    [label] = labels_of(picture)
    assert "step 1 <img src=x> 0.500, not </svg> 0.200" in label


def test_typing_on_reads_new_tokens_only_and_sees_the_same(bpe, trained, tiny):
    read = []
    handle = tiny.register_forward_pre_hook(
        lambda _, inputs, named: read.append(inputs[0].shape[1]), with_kwargs=True
    )
    explorer = sampling_explorer(bpe, tiny, "Once upon")
    press(explorer, "Step", "Step")
    for prompt in (
        "Once upon a time there",
        "Once upon a dog",
        "Once upon a dog",
        "Two cats",
        "Two",
    ):
        turn(explorer, prompt=prompt)
    handle.remove()
    assert read == [2, 1, 1, 3, 1, 2, 1]
    explorer = sampling_explorer(bpe, trained, "Once upon a day")
    press(explorer, "Step", "Step")
    turn(explorer, prompt=f"{PROMPT} there")
    logits, probabilities = library_s(trained, bpe(f"{PROMPT} there")["input_ids"], 0.7, 50, 0.9)
    assert_picture_is(explorer, logits, probabilities, 0.7)


def test_half_a_character_has_its_vocabulary_entry(bpe, tiny):
    half = bpe("🦥")["input_ids"][0]
    assert Path("a", 0, bpe, tiny)._name(half) == bpe.convert_ids_to_tokens(half)


def test_many_changes_end_in_the_last_state(bpe, tiny, explorer):
    for count in range(200):
        turn(
            explorer,
            **[{"prompt": f"Good {count}"}, {"temperature": 0.5 + count % 7 / 10}, {"seed": count}][
                count % 3
            ],
        )
        press(explorer, *["Step"] * (count % 4 == 0))
    turn(explorer, prompt="The end", temperature=1.5, seed=0)
    last = explorer.picture.value
    fresh = sampling_explorer(bpe, tiny, "The end")
    turn(fresh, temperature=1.5)
    assert last == fresh.picture.value and "The end" in last and not explorer.message.value
