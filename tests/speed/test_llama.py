"""helpers.speed against the library's forward pass: logits, hidden states, generated ids."""

import time

import pytest
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig

from helpers.generation import decoding
from helpers.speed import LlamaByHand, measured, product, products
from helpers.speed.products import WAYS
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
    """Logits at all tokens, by the library and by hand: the prompt, then its last column alone."""
    with torch.inference_mode():
        wanted = model(
            input_ids, attention_mask=attention_mask, position_ids=positions(attention_mask)
        ).logits
        mine, by_hand = [], LlamaByHand(model)
        cache = by_hand.new_cache(*input_ids.shape)
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
    with pytest.raises(ValueError, match="LlamaByHand does not cover "):
        LlamaByHand(AutoModelForCausalLM.from_config(config))


def test_no_weight_is_held_twice(model):
    first, second = LlamaByHand(model), LlamaByHand(model)
    for layer, own, other in zip(model.model.layers, first.layers, second.layers, strict=True):
        attention, mlp = layer.self_attn, layer.mlp
        for part in (attention.q_proj, attention.k_proj, attention.v_proj):
            assert part.weight.untyped_storage().data_ptr() == own.qkv.data_ptr()
        for part in (mlp.gate_proj, mlp.up_proj):
            assert part.weight.untyped_storage().data_ptr() == own.gate_up.data_ptr()
        assert (other.qkv.data_ptr(), other.gate_up.data_ptr()) == (
            own.qkv.data_ptr(),
            own.gate_up.data_ptr(),
        )


@pytest.mark.parametrize("way", WAYS)
def test_ids_are_the_library_by_each_way_of_the_product(way, model, batch, monkeypatch):
    monkeypatch.setattr(products, "WAYS", {way: WAYS[way]})
    monkeypatch.setattr(products, "_fastest", {})
    torch.set_num_threads(1 if way == "slices" else 2)  # slices must come out even
    try:
        made = decoding.generate(LlamaByHand(model), **batch, max_new_tokens=8)
    finally:
        torch.set_num_threads(2)
    assert torch.equal(made, library(model, batch, max_new_tokens=8))
    assert f"{way} " in measured()


def test_the_faster_way_is_kept(monkeypatch):
    def slow(x, weight):
        time.sleep(0.01)
        return F.linear(x, weight)

    monkeypatch.setattr(products, "WAYS", {"slow": slow, "linear": F.linear})
    monkeypatch.setattr(products, "_fastest", {})
    x, weight = torch.randn(1, 1, 8), torch.randn(4, 8)
    product(x, weight)
    assert [*products._fastest.values()] == [F.linear]
