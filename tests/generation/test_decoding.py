"""helpers.generation against the library: filters token by token, generated ids one for one."""

import copy
import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from transformers import (
    GPT2Config,
    LlamaConfig,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from helpers.generation import decoding
from tools.causal import SETTINGS, library, tiny

# Quarters between -20 and 20: many ties. Some tokens are filtered already.
ROW = st.one_of(st.integers(-80, 80).map(lambda n: n / 4), st.just(-math.inf))
LOGITS = (
    st.tuples(st.integers(1, 4), st.integers(1, 40))
    .flatmap(lambda shape: arrays("float32", shape, elements=ROW))
    .map(torch.from_numpy)
    .filter(lambda t: (t > -math.inf).any(dim=1).all())
)
TEMPERATURES, KS = st.floats(0.01, 100), st.integers(1, 50)
PS = st.one_of(st.floats(0, 1, exclude_min=True), st.sampled_from([0.25, 0.5, 0.75]))


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def model(request):
    if request.param == "llama":
        config = LlamaConfig(
            initializer_range=0.3,
            vocab_size=97,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=64,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=0,
        )
    else:
        config = GPT2Config(
            initializer_range=0.3,
            vocab_size=97,
            n_embd=32,
            n_layer=2,
            n_head=4,
            n_positions=64,
            bos_token_id=1,
            eos_token_id=2,
        )
    return tiny(config)


def kept(filtered, logits):
    """Which tokens survived; they keep their logit, the others have −∞, and no row is empty."""
    assert filtered.shape == logits.shape and filtered.dtype == logits.dtype
    survivors = filtered > -math.inf
    assert torch.equal(filtered[survivors], logits[survivors])
    assert survivors.any(dim=-1).all()
    return survivors


@given(logits=LOGITS, t=TEMPERATURES)
def test_temperature_is_the_library(logits, t):
    given_logits = logits.clone()
    scaled = decoding.temperature(logits, t)
    assert torch.equal(scaled, TemperatureLogitsWarper(t)(None, logits))
    assert torch.equal(kept(scaled, scaled), logits > -math.inf)
    assert torch.equal(logits, given_logits)


@given(logits=LOGITS, k=KS)
def test_top_k_is_the_library(logits, k):
    given_logits = logits.clone()
    filtered = decoding.top_k(logits, k)
    assert torch.equal(filtered, TopKLogitsWarper(k)(None, logits))
    assert (
        kept(filtered, logits).sum(dim=1)
        >= torch.minimum((logits > -math.inf).sum(dim=1), torch.tensor(k))
    ).all()
    assert torch.equal(logits, given_logits)


@given(logits=LOGITS, p=PS)
def test_top_p_is_the_library_and_reaches_p(logits, p):
    given_logits = logits.clone()
    filtered = decoding.top_p(logits, p)
    assert torch.equal(filtered, TopPLogitsWarper(p)(None, logits))
    probabilities, survivors = logits.double().softmax(dim=-1), kept(filtered, logits)
    assert (probabilities.where(survivors, 0).sum(dim=1) >= p - 1e-5).all()
    # Without its least probable survivor it would not reach p: who crosses is the last one in.
    least = probabilities.where(survivors, 2).amin(dim=1)
    assert (
        (probabilities.where(survivors, 0).sum(dim=1) - least <= p + 1e-5)
        | (survivors.sum(dim=1) == 1)
    ).all()
    assert torch.equal(logits, given_logits)


@given(logits=LOGITS, p=st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0])))
def test_min_p_is_the_library(logits, p):
    given_logits = logits.clone()
    filtered = decoding.min_p(logits, p)
    assert torch.equal(filtered, MinPLogitsWarper(p)(None, logits))
    kept(filtered, logits)
    assert torch.equal(logits, given_logits)


@given(logits=LOGITS, penalty=st.floats(0.1, 10), seed=st.integers(0, 99))
def test_repetition_penalty_is_the_library(logits, penalty, seed):
    """Pads in front do not count; the vocabulary of the prompt may be the larger one."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(logits.shape[1] + 3, (len(logits), 5), generator=generator)
    mask = (torch.arange(5) >= torch.randint(5, (len(logits), 1), generator=generator)).long()
    given_logits = logits.clone()
    for counted in (None, mask):
        ignored = None if counted is None else counted.argmax(dim=1)
        library = RepetitionPenaltyLogitsProcessor(penalty, prompt_ignore_length=ignored)
        mine = decoding.repetition_penalty(logits, ids, penalty, counted)
        assert torch.equal(mine, library(ids, logits))
    assert torch.equal(logits, given_logits)


@pytest.mark.parametrize(
    "p, survivors", [(0.2, 1), (0.25, 1), (0.3, 2), (0.5, 2), (0.75, 3), (0.8, 4), (1, 4)]
)
def test_top_p_keeps_no_more_equal_tokens_than_it_needs(p, survivors):
    assert (decoding.top_p(torch.zeros(1, 4), p) == 0).sum() == survivors


def test_filters_take_any_leading_dimensions():
    logits = torch.randn(2, 3, 11, generator=torch.Generator().manual_seed(0))
    for function, setting in (
        (decoding.temperature, 0.7),
        (decoding.top_k, 4),
        (decoding.top_p, 0.6),
        (decoding.min_p, 0.2),
    ):
        whole = function(logits, setting)
        for i, j in itertools.product(range(2), range(3)):
            assert torch.equal(whole[i, j], function(logits[i, j], setting))


@pytest.mark.parametrize(
    "function, setting",
    [
        *((decoding.temperature, t) for t in (0, -1, math.nan, math.inf)),
        *((decoding.top_k, k) for k in (0, -3, 2.5, math.nan, math.inf)),
        *((decoding.top_p, p) for p in (0, -0.1, 1.1, math.nan, math.inf)),
        *((decoding.min_p, p) for p in (-0.1, 1.1, math.nan)),
    ],
)
def test_settings_that_are_refused(function, setting):
    with pytest.raises(ValueError, match=f"{function.__name__} is {setting}"):
        function(torch.zeros(1, 4), setting)


@pytest.mark.parametrize(
    "function, setting",
    [
        (decoding.temperature, 0.5),
        (decoding.top_k, 2),
        (decoding.top_p, 0.5),
        (decoding.min_p, 0.5),
    ],
)
def test_logits_that_are_refused(function, setting):
    good = [1.0, 2.0, 3.0]
    for bad, words in (
        ([math.nan, 1.0, 2.0], "NaN"),
        ([math.inf, 1.0, 2.0], "∞"),
        ([-math.inf] * 3, "every token filtered"),
    ):
        with pytest.raises(ValueError, match=words):
            function(torch.tensor([good, bad]), setting)


def test_a_temperature_too_small_for_the_dtype():
    with pytest.raises(ValueError, match="temperature is 1e-40"):
        decoding.temperature(torch.tensor([[30.0, 1.0]]), 1e-40)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_generate_is_the_library(model, batch, settings, seed):
    """Left-padded batch; with many ends the rows end at different steps, with all ids at once."""
    wanted = library(model, batch, seed, max_new_tokens=20, **settings)
    assert torch.equal(
        decoding.generate(model, **batch, max_new_tokens=20, seed=seed, **settings), wanted
    )


def test_ended_rows_are_padded_and_the_batch_stops_with_the_last(model, batch):
    settings = {
        "do_sample": True,
        "temperature": 5.0,
        "top_k": 0,
        "eos_token_id": list(range(3, 20)),
        "pad_token_id": 96,
    }
    made = decoding.generate(model, **batch, max_new_tokens=40, seed=0, **settings)[:, 6:]
    ends = [next(i for i, token in enumerate(row) if 3 <= token < 20) for row in made.tolist()]
    assert len(set(ends)) > 1, "the rows should end at different steps, or this shows nothing"
    for row, end in zip(made, ends, strict=True):
        assert (row[end + 1 :] == 96).all()
    assert made.shape[1] == max(ends) + 1


def test_a_batch_is_its_rows_one_at_a_time(model, batch):
    together = decoding.generate(model, **batch, max_new_tokens=12, eos_token_id=[])
    for ids, mask, row in zip(*batch.values(), together, strict=True):
        alone = decoding.generate(model, ids[mask.bool()][None], max_new_tokens=12, eos_token_id=[])
        assert torch.equal(alone[0, -12:], row[-12:])


def test_ends_come_from_the_generation_config(batch):
    model = tiny(
        GPT2Config(
            initializer_range=0.3, vocab_size=97, n_embd=32, n_layer=2, n_head=4, n_positions=64
        )
    )
    first = decoding.generate(model, **batch, max_new_tokens=1, eos_token_id=[])[:, -1]
    model.generation_config.eos_token_id = first.tolist()
    made = decoding.generate(model, **batch, max_new_tokens=8)
    assert torch.equal(made, library(model, batch, max_new_tokens=8)) and made.shape == (3, 7)
    assert decoding.generate(model, **batch, max_new_tokens=8, eos_token_id=[]).shape == (3, 14)


def test_sampling_is_deterministic_and_seeds_differ(model, batch):
    first, again, other = (
        decoding.generate(model, **batch, max_new_tokens=16, do_sample=True, seed=seed)
        for seed in (0, 0, 1)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)
    torch.manual_seed(0)
    assert torch.equal(decoding.generate(model, **batch, max_new_tokens=16, do_sample=True), first)


def test_the_model_and_the_inputs_are_left_alone(model, batch):
    before = copy.deepcopy(
        [
            model.state_dict(),
            model.generation_config.to_dict(),
            model.config.to_dict(),
            model.training,
            batch,
        ]
    )
    made = decoding.generate(
        model,
        **batch,
        max_new_tokens=4,
        do_sample=True,
        temperature=0.7,
        eos_token_id=5,
        pad_token_id=7,
    )
    after = [
        model.state_dict(),
        model.generation_config.to_dict(),
        model.config.to_dict(),
        model.training,
        batch,
    ]
    for a, b in ((before[0], after[0]), (before[4], after[4])):
        assert all(torch.equal(a[name], b[name]) for name in a)
    assert before[1:4] == after[1:4]
    made[0, 0] = 1  # an ordinary tensor: the caller may write to it


def test_no_gradients_are_kept(model, batch):
    kept_any = []
    hook = model.register_forward_hook(
        lambda module, inputs, output: kept_any.append(output.logits.requires_grad)
    )
    decoding.generate(model, **batch, max_new_tokens=3, eos_token_id=[])
    hook.remove()
    assert kept_any == [False] * 3


def test_frequencies(model):
    """10,000 draws come as often as their probabilities say, never where a filter forbids it."""
    prompt = torch.tensor([[5, 17, 33]])
    settings = {"temperature": 2.0, "top_k": 12, "top_p": 0.9}
    with torch.inference_mode():
        logits = model(prompt).logits[:, -1]
    wanted = decoding.top_p(decoding.top_k(decoding.temperature(logits, 2.0), 12), 0.9).softmax(
        dim=-1
    )[0]
    assert 3 < (wanted > 0).sum() < 12, "both filters should bite"
    made = decoding.generate(
        model, prompt.repeat(10_000, 1), max_new_tokens=1, do_sample=True, seed=0, **settings
    )[:, -1]
    counts = torch.bincount(made, minlength=97)
    assert (counts[wanted == 0] == 0).all()
    assert ((counts / 10_000 - wanted).abs() <= 4 * (wanted * (1 - wanted) / 10_000).sqrt()).all()


GOOD = torch.tensor([[5, 6, 7], [8, 9, 10]])


@pytest.mark.parametrize(
    "ids, mask, more, words",
    [
        (torch.tensor([5, 6, 7]), None, {}, r"shape \[3\]"),
        (torch.empty(1, 0, dtype=torch.int64), None, {}, "an empty prompt"),
        (torch.empty(0, 3, dtype=torch.int64), None, {}, "an empty prompt"),
        (GOOD, torch.ones(2, 4, dtype=torch.int64), {}, r"attention_mask has shape \[2, 4\]"),
        (GOOD, torch.tensor([[1, 1, 1], [1, 1, 0]]), {}, "padded on the right"),
        (GOOD, torch.tensor([[1, 1, 1], [0, 0, 0]]), {}, "row 1 has no token"),
        (GOOD, None, {"max_new_tokens": 0}, "max_new_tokens is 0"),
        (GOOD, None, {"max_new_tokens": 62}, "3 prompt ids .* 62 new = 65, but the model has 64"),
        (GOOD, None, {"do_sample": True, "temperature": 0}, "temperature is 0"),
        (GOOD, None, {"do_sample": True, "top_k": -1}, "top_k is -1"),
        (GOOD, None, {"do_sample": True, "min_p": 1.5}, "min_p is 1.5"),
        (GOOD, None, {"repetition_penalty": 0}, "repetition_penalty is 0"),
        (GOOD, None, {"eos_token_id": 2.5}, "eos_token_id is 2.5"),
        (GOOD, None, {"pad_token_id": "pad"}, "pad_token_id is 'pad'"),
        (GOOD, None, {"do_sample": True, "top_p": 1.5}, "top_p is 1.5"),
    ],
)
def test_generate_refuses(model, ids, mask, more, words):
    with pytest.raises(ValueError, match=words):
        decoding.generate(model, ids, mask, **{"max_new_tokens": 4} | more)


def test_the_last_position_of_the_model_can_be_used(model):
    assert decoding.generate(model, GOOD, max_new_tokens=61, eos_token_id=[]).shape == (2, 64)


@pytest.mark.parametrize("do_sample", [False, True])
def test_a_model_that_gives_nan(batch, do_sample):
    model = tiny(
        GPT2Config(
            initializer_range=0.3,
            vocab_size=97,
            n_embd=32,
            n_layer=1,
            n_head=4,
            n_positions=64,
            eos_token_id=2,
        )
    )
    torch.nn.init.constant_(model.transformer.ln_f.weight, math.nan)
    with pytest.raises(ValueError, match="NaN"):
        decoding.generate(model, **batch, max_new_tokens=4, do_sample=do_sample)


@pytest.mark.parametrize("settings", [SETTINGS[0], SETTINGS[2]], ids=str)
def test_the_embedded_model_is_the_library(smollm2, settings):
    model, tokenizer = smollm2
    prompts = ["Once upon a time", "My favourite season of the year is"]
    batch = tokenizer(prompts, padding=True, padding_side="left", return_tensors="pt")
    wanted = library(model, batch, 3, max_new_tokens=12, **settings)
    assert torch.equal(
        decoding.generate(model, **batch, max_new_tokens=12, seed=3, **settings), wanted
    )
