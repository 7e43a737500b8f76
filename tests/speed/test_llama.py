"""helpers.speed against the library's forward pass: logits, hidden states, generated ids."""

import time

import pytest
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig

from helpers.generation import decoding
from helpers.speed import LlamaByHand, measured, product, products
from helpers.speed.eight import eight_bits
from helpers.speed.products import EIGHT, WAYS
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
    monkeypatch.setattr(products, "_seconds", {})
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
    monkeypatch.setattr(products, "_seconds", {})
    x, weight = torch.randn(1, 1, 8), torch.randn(4, 8)
    product(x, weight)
    assert [*products._fastest.values()] == [F.linear]


def test_many_rows_are_multiplied_with_the_matrix_as_it_was(monkeypatch):
    monkeypatch.setattr(products, "EIGHT", {})
    weight, x = torch.randn(6, 16), torch.randn(1, products.FEW + 1, 16)
    assert torch.equal(product(x, eight_bits(weight)), product(x, weight))


def test_another_number_of_bits_is_refused(model):
    with pytest.raises(ValueError, match="bits is 4; it must be 8"):
        LlamaByHand(model, bits=4)


def test_eight_bits_round_to_the_nearest_step_of_each_row():
    weight = torch.tensor([[1.27, 0.004, -0.006], [0.0, 0.0, 0.0], [-254.0, 127.0, 3.0]])
    made = eight_bits(weight)
    assert made.whole.tolist() == [[127, 0, -1], [0, 0, 0], [-127, 64, 2]]
    assert made.scale.tolist() == pytest.approx([0.01, 0.0, 2.0])
    assert made.wide is weight


@pytest.mark.parametrize("way", EIGHT)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rows", [(1, 1), (3, 1), (2, 5)])
def test_each_way_of_eight_bits_is_near_the_matrix(way, dtype, rows):
    torch.manual_seed(0)
    x, weight = torch.randn(*rows, 64).to(dtype), torch.randn(96, 64).to(dtype)
    made = EIGHT[way](x, eight_bits(weight))
    assert made.shape == (*rows, 96) and made.dtype == dtype
    wanted = F.linear(x.float(), weight.float())
    assert (made.float() - wanted).abs().max() < 0.02 * wanted.abs().max()


@pytest.mark.parametrize("way", EIGHT)
def test_a_text_in_eight_bits_is_as_probable(way, smollm2, monkeypatch):
    """The mean log-probability of a sentence moves by less than 2 % of it, whatever the way."""
    model, tokenizer = smollm2
    monkeypatch.setattr(products, "EIGHT", {way: EIGHT[way]})
    monkeypatch.setattr(products, "_fastest", {})
    text = "The film is long, but I liked it, and I would see it again with my friends."
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    mask = torch.ones_like(ids)
    by_hand = LlamaByHand(model, bits=8)
    cache = by_hand.new_cache(*ids.shape)
    steps = [
        by_hand(ids[:, n - 1 : n], mask[:, :n], positions(mask)[:, n - 1 : n], cache).logits
        for n in range(1, ids.shape[1] + 1)
    ]
    rows = torch.cat(steps, dim=1)
    with torch.inference_mode():
        losses = [F.cross_entropy(z[0, :-1], ids[0, 1:]) for z in (model(ids).logits, rows)]
    assert abs(losses[1] / losses[0] - 1) < 0.02


@pytest.mark.parametrize("rows", [slice(None), slice(1, 2)], ids=["padded on the left", "one row"])
def test_bfloat16_is_as_near_as_the_library(rows, batch):
    """Beside the same weights in 32 bits: no farther away than the library's 16 bits are."""
    wide = tiny(LlamaConfig(**SIZES, num_key_value_heads=2))
    narrow = tiny(LlamaConfig(**SIZES, num_key_value_heads=2)).bfloat16()
    given = batch["input_ids"][rows], batch["attention_mask"][rows]
    exact = both(wide, *given)[0]
    theirs, mine = both(narrow, *given)
    farthest = (theirs - exact).abs().max()
    assert (mine - exact).abs().max() < 1.5 * farthest


def test_a_model_whose_matrices_were_joined_is_saved_and_read_again(model, tmp_path):
    LlamaByHand(model)
    model.save_pretrained(tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    for (name, weight), (_, other) in zip(
        model.named_parameters(), again.named_parameters(), strict=True
    ):
        assert torch.equal(weight, other), name
