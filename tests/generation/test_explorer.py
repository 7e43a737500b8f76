"""Explorer of 06: its draws are the library's, and the browser filters as the library does."""

import copy
import json

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from helpers.drawing.view import plain
from helpers.generation.explorer import LONGEST, sampling_explorer
from helpers.generation.outlook import HEAD, MOST_K, SHARES, TEMPERATURES, outlook
from tools.node import node

PROMPT = "Once upon a time"
MOVE = {"t": 0.7, "k": 50, "p": 0.9, "pick": None}
WILD = {"t": 2.0, "k": 0, "p": 1.0, "pick": None}


@pytest.fixture(scope="module")
def bpe(smollm2):
    return smollm2[1]


def small_model(positions=512):
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "initializer_range": 0.6}
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    config = LlamaConfig(
        vocab_size=49152, max_position_embeddings=positions, **sizes, **heads, **ends
    )
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="module")
def tiny():
    return small_model()


@pytest.fixture
def explorer(bpe, tiny):
    return sampling_explorer(bpe, tiny, PROMPT)


def ask(explorer, **patch):
    """Set inputs as the view does; return the state."""
    explorer.inputs = explorer.inputs | patch | {"n": explorer.inputs["n"] + 1}
    assert explorer.state["n"] == explorer.inputs["n"]
    return explorer.state


def steps(explorer, **patch):
    state = ask(explorer, **patch)
    assert state["error"] is None
    return state["picture"]["steps"]


def taken(explorer, **patch):
    return [step["id"] for step in steps(explorer, **patch)]


def the_library_filters(logits, t, k, p):
    scores = TemperatureLogitsWarper(t)(None, logits[None])
    scores = TopKLogitsWarper(k)(None, scores) if k else scores
    return (TopPLogitsWarper(p)(None, scores) if p < 1 else scores)[0]


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("t, k, p", [(0.7, 50, 0.9), (1.5, 0, 0.5), (1.0, 3, 1.0), (2.0, 0, 1.0)])
def test_draws_are_what_generate_samples(bpe, tiny, explorer, seed, t, k, p):
    prompt = bpe(PROMPT, return_tensors="pt")
    torch.manual_seed(seed)
    options = {"do_sample": True, "temperature": t, "top_k": k, "top_p": p, "max_new_tokens": 8}
    library = tiny.generate(**prompt, **options)[0, prompt["input_ids"].shape[1] :].tolist()
    path = [{"t": t, "k": k, "p": p, "pick": None}] * 8
    for length in (1, 2, 8):  # step by step, or at once: the same
        found = taken(explorer, seed=str(seed), path=path[:length])
    assert found == library
    assert taken(sampling_explorer(bpe, tiny, PROMPT), seed=str(seed), path=path) == library


def test_a_step_says_its_probability_and_what_was_left_aside(bpe, tiny, explorer):
    [step] = steps(explorer, path=[MOVE])
    with torch.inference_mode():
        logits = tiny(**bpe(PROMPT, return_tensors="pt")).logits[0, -1]
    shares = the_library_filters(logits, 0.7, 50, 0.9).softmax(-1)
    best = [i for i in shares.topk(3).indices.tolist() if i != step["id"]][:2]
    assert step["probability"] == pytest.approx(shares[step["id"]].item(), abs=1e-5)
    assert step["text"] == bpe.decode([step["id"]])
    expected = [[bpe.decode([i]), pytest.approx(shares[i].item(), abs=1e-5)] for i in best]
    assert [list(pair) for pair in step["others"]] == expected


def test_a_pick_uses_up_no_draw_and_rewound_draws_come_again(explorer):
    first, second = taken(explorer, path=[WILD, WILD])
    pick = WILD | {"k": 2, "pick": explorer.state["picture"]["head"][7][1]}
    picked = steps(explorer, path=[WILD, pick])[1]
    assert (picked["id"], picked["probability"]) == (pick["pick"], 0)
    assert taken(explorer, path=[WILD]) == [first]
    assert taken(explorer, path=[WILD, WILD]) == [first, second]


def test_the_model_reads_only_what_is_new(tiny, explorer):
    read = []
    hook = tiny.register_forward_pre_hook(
        lambda _, args, named: read.append(args[0].shape[1]), with_kwargs=True
    )
    asked = [{"path": [WILD]}, {"path": [WILD] * 3}, {"path": [WILD]}, {"path": [WILD] * 2}]
    for patch in [*asked, {"path": []}, {"prompt": PROMPT + " there was"}, {"seed": "1"}]:
        ask(explorer, **patch)
    hook.remove()
    assert read == [1, 1, 1, 2, 1]  # another seed reads the last token of the prompt again


def test_the_random_numbers_of_the_reader_are_left_alone(explorer):
    before = torch.random.get_rng_state()
    ask(explorer, path=[WILD, WILD])
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_outlook_holds_the_logits_and_what_top_p_leaves(bpe):
    torch.manual_seed(1)
    logits = torch.randn(5000) * 4
    seen = outlook(logits, bpe)
    best = logits.topk(MOST_K)
    assert seen["logits"] == best.values.tolist()
    assert [i for _, i in seen["head"]] == best.indices[:HEAD].tolist()
    for row, t in enumerate(TEMPERATURES.tolist()):
        t = round(t, 1)
        shares = (logits / t).softmax(-1)
        assert seen["sums"][row] == pytest.approx((logits / t).logsumexp(-1).item(), abs=1e-4)
        for column, p in enumerate(SHARES.tolist()):
            kept = the_library_filters(logits, t, 0, p) > -torch.inf
            assert seen["kept"][row][column] == kept.sum()
            assert seen["mass"][row][column] == pytest.approx(shares[kept].sum().item(), abs=1e-4)


def test_the_browser_filters_as_the_library_does(bpe, tmp_path):
    torch.manual_seed(2)
    cases = []
    places = [
        (0.7, 50, 0.9),
        (1.0, 0, 1.0),
        (2.0, 0, 0.5),
        (0.3, 3, 0.75),
        (1.4, 200, 1),
        (0.3, 0, 0.5),
    ]
    for spread in (0.5, 2, 6):
        logits = torch.randn(3000) * spread
        picture = plain(outlook(logits, bpe))
        for choices in places:
            left = the_library_filters(logits, *choices)
            shares = left.softmax(-1)[logits.topk(HEAD).indices].tolist()
            asked = dict(zip("tkp", choices, strict=True))
            cases.append([picture, asked, shares, int((left > -torch.inf).sum())])
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases))
    node("tests/generation/sift.mjs", CASES=str(path))


def test_ties_at_the_end_of_the_list_all_travel(bpe):
    assert len(outlook(torch.zeros(1000), bpe)["logits"]) == 1000


def test_the_end_of_a_text_ends_the_path(bpe, tiny):
    tokenizer = copy.deepcopy(bpe)
    [first] = taken(sampling_explorer(tokenizer, tiny, PROMPT), path=[MOVE])
    tokenizer.eos_token = tokenizer.convert_ids_to_tokens(first)
    explorer = sampling_explorer(tokenizer, tiny, PROMPT)
    assert "ends the text" in ask(explorer, path=[MOVE])["picture"]["end"]
    assert "rewind" in ask(explorer, path=[MOVE, MOVE])["error"]["words"]
    assert ask(explorer, path=[])["error"] is None


def test_a_path_ends_where_the_model_does(bpe):
    explorer = sampling_explorer(bpe, small_model(positions=8), PROMPT)
    room = 8 - len(bpe(PROMPT)["input_ids"])
    assert "8 tokens" in ask(explorer, path=[WILD] * room)["picture"]["end"]
    assert "rewind" in ask(explorer, path=[WILD] * (room + 1))["error"]["words"]


def test_an_empty_prompt_begins_as_generate_does(bpe, tiny):
    explorer = sampling_explorer(bpe, tiny, "")
    torch.manual_seed(0)
    options = {"do_sample": True, "temperature": 2.0, "top_k": 0, "max_new_tokens": 3}
    library = tiny.generate(torch.tensor([[bpe.bos_token_id]]), **options)[0, 1:].tolist()
    assert taken(explorer, path=[WILD] * 3) == library
    assert explorer.state["picture"]["prompt"] == [1, bpe.bos_token]


def test_what_is_refused(bpe, tiny, explorer):
    before = explorer.state["picture"]
    for patch, field, words in (
        ({"prompt": " no" * LONGEST}, "prompt", f"has {LONGEST} tokens"),
        ({"prompt": "x" * 5001}, "prompt", "5,001 characters"),
        ({"prompt": "a\ud83d"}, "prompt", "half"),
        ({"seed": "-1"}, "seed", "0 to 9999"),
        ({"seed": ""}, "seed", "0 to 9999"),
    ):
        state = ask(explorer, **{"prompt": PROMPT, "seed": "0"} | patch)
        assert state["error"]["field"] == field and words in state["error"]["words"]
        assert state["picture"] == before
    bare = copy.deepcopy(bpe)
    bare.bos_token = None
    assert "write something" in sampling_explorer(bare, tiny, "").state["error"]["words"]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60))
@example("   ")
@example("😀 \u202e\u0301\x00\ud800")
def test_any_text_is_continued_or_refused_in_words(explorer_of, text):
    state = ask(explorer_of, prompt=text, path=[WILD])
    json.dumps(explorer_of.get_state(), allow_nan=False).encode()
    half = any(0xD800 <= ord(c) < 0xE000 for c in text)
    assert (state["error"] is not None) == half


@pytest.fixture(scope="module")
def explorer_of(bpe, tiny):
    return sampling_explorer(bpe, tiny, PROMPT)


def test_half_a_character_has_its_vocabulary_entry(bpe, explorer):
    half = bpe("🦥")["input_ids"][0]
    [step] = steps(explorer, path=[WILD | {"pick": half}])
    assert step["text"] == bpe.convert_ids_to_tokens(half)
