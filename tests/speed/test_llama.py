"""helpers.speed against the library's forward pass: logits, hidden states, generated ids."""

import pytest
import torch
from transformers import AutoModelForCausalLM, DynamicCache, GPT2Config, LlamaConfig

from helpers.generation import decoding
from helpers.speed import LlamaByHand, llama, product
from tools.causal import SETTINGS, library, tiny

SIZES = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
KINDS = {
    "shared keys": {"num_key_value_heads": 2},
    "a key a query": {"num_key_value_heads": 4},
    "tied": {"num_key_value_heads": 1, "tie_word_embeddings": True},
    "wide heads": {"num_key_value_heads": 2, "head_dim": 16},
    "other base": {
        "rope_parameters": {"rope_type": "default", "rope_theta": 500.0},
        "rms_norm_eps": 1e-2,
    },
}


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def model(request):
    return tiny(LlamaConfig(**SIZES | request.param))


def positions(mask):
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def both(model, input_ids, attention_mask):
    """Logits at all tokens, by the library and by hand: first all but the last column."""
    with torch.inference_mode():
        wanted = model(
            input_ids, attention_mask=attention_mask, position_ids=positions(attention_mask)
        ).logits
        mine, cache, by_hand = [], DynamicCache(config=model.config), LlamaByHand(model)
        for new in (slice(None, -1), slice(-1, None)):
            seen = attention_mask if new.stop is None else attention_mask[:, new]
            mine.append(
                by_hand(input_ids[:, new], seen, positions(attention_mask)[:, new], cache).logits
            )
    return wanted[attention_mask.bool()], torch.cat(mine, dim=1)[attention_mask.bool()]


@pytest.mark.parametrize("rows", [slice(None), slice(1, 2)], ids=["padded on the left", "one row"])
def test_logits_are_the_library(model, batch, rows):  # noqa: F811
    wanted, mine = both(model, batch["input_ids"][rows], batch["attention_mask"][rows])
    assert (wanted - mine).abs().max() < 1e-5 * wanted.abs().max()


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_generated_ids_are_the_library(model, batch, settings):  # noqa: F811
    made = decoding.generate(LlamaByHand(model), **batch, max_new_tokens=20, seed=0, **settings)
    assert torch.equal(made, library(model, batch, max_new_tokens=20, **settings))


def test_the_embedded_model(smollm2):  # noqa: F811
    model, tokenizer = smollm2
    prompts = tokenizer(
        ["Once upon a time", "My favourite season of the year is"],
        padding=True,
        padding_side="left",
        return_tensors="pt",
    )
    wanted, mine = both(model, **prompts)
    assert (wanted - mine).abs().max() < 1e-4
    for settings in (SETTINGS[0], SETTINGS[2]):
        made = decoding.generate(
            LlamaByHand(model), **prompts, max_new_tokens=12, seed=3, **settings
        )
        assert torch.equal(made, library(model, prompts, 3, max_new_tokens=12, **settings))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("rows", [1, 5, 48])
def test_product_for_any_number_of_cores(threads, rows):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    x, weight = torch.randn(1, 1, 32), torch.randn(rows, 32)
    assert torch.allclose(product(x, weight), x @ weight.T, atol=1e-5)
    torch.set_num_threads(before)


def test_one_vector_takes_the_fast_way(monkeypatch):
    """Each core reads a slice; only what is no single fp32 vector goes the library's way."""
    slow = []
    monkeypatch.setattr(llama.F, "linear", lambda x, weight: slow.append(x.shape) or x @ weight.T)
    weight = torch.randn(48, 32)
    product(torch.randn(1, 1, 32), weight)
    assert slow == []
    product(torch.randn(1, 2, 32), weight)
    product(torch.randn(2, 1, 32), weight)
    product(torch.randn(1, 1, 32).half(), weight.half())
    assert slow == [(1, 2, 32), (2, 1, 32), (1, 1, 32)]


def test_a_new_token_after_no_pads_needs_no_mask():
    everything, padded = torch.ones(1, 5), torch.tensor([[0, 1, 1, 1, 1]])
    assert llama.visibility(everything, 1) is None
    assert llama.visibility(padded, 1).tolist() == [[[[False, True, True, True, True]]]]
    assert llama.visibility(everything, 2).tolist() == [[[[True] * 4 + [False], [True] * 5]]]


@pytest.mark.parametrize(
    "config",
    [
        GPT2Config(n_embd=32, n_layer=1, n_head=4, vocab_size=97),
        LlamaConfig(**SIZES, attention_bias=True),
        LlamaConfig(
            **SIZES, rope_parameters={"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}
        ),
    ],
    ids=["GPT-2", "biases", "scaled positions"],
)
def test_other_models_are_refused(config):
    with pytest.raises(ValueError, match="is not a plain Llama"):
        LlamaByHand(AutoModelForCausalLM.from_config(config))
