"""What a model brings to `generate`: taken as the library takes it, or refused by name."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers.generation.utils as generation_utils
from transformers import GenerationConfig, LlamaConfig

from helpers.generation import generate
from helpers.generation.prompts import NO_MASK
from helpers.generation.settings import DEFAULTS, REFUSED, REFUSED_IN_SAMPLING
from tools.causal import AT_WORK, library, tiny
from tools.families import GROUPED, writer


@pytest.fixture
def model():
    return tiny(LlamaConfig(**GROUPED))


@pytest.mark.parametrize("name", sorted(REFUSED | REFUSED_IN_SAMPLING))
def test_a_setting_is_refused_by_name_and_can_be_switched_off(model, batch, name):
    wanted = library(model, batch, max_new_tokens=6, do_sample=True)
    setattr(model.generation_config, name, AT_WORK[name])
    with pytest.raises(ValueError, match=f"^{name} is .*generation_config.{name} = ") as caught:
        generate(model, **batch, max_new_tokens=6, do_sample=True, seed=0)
    switch = str(caught.value).split("Switch it off: ")[1].split(";")[0]
    exec(switch, {"model": model})
    made = generate(model, **batch, max_new_tokens=6, do_sample=True, seed=0)
    assert torch.equal(made, wanted)
    assert torch.equal(library(model, batch, max_new_tokens=6, do_sample=True), wanted)


@pytest.mark.parametrize("name", sorted(REFUSED_IN_SAMPLING))
def test_what_only_a_draw_reads_is_not_refused_without_one(model, batch, name):
    setattr(model.generation_config, name, AT_WORK[name])
    made = generate(model, **batch, max_new_tokens=6)
    assert torch.equal(made, library(model, batch, max_new_tokens=6))


BROUGHT = [
    {"do_sample": True},
    {"do_sample": True, "temperature": 1.9, "top_k": 7, "top_p": 0.8},
    {"do_sample": True, "top_k": 0, "min_p": 0.3},
    {"repetition_penalty": 1.7},
    {"do_sample": True, "repetition_penalty": 0.6},
    {"eos_token_id": list(range(3, 50)), "pad_token_id": 90},
    {"do_sample": True, "use_cache": False, "max_length": 9, "length_penalty": 2.0},
]


@pytest.mark.parametrize("brought", BROUGHT, ids=str)
@pytest.mark.parametrize("given", [{}, {"do_sample": False}, {"temperature": 0.6}], ids=str)
def test_what_the_model_brings_is_taken_where_the_caller_gives_none(model, batch, brought, given):
    for name, value in brought.items():
        setattr(model.generation_config, name, value)
    wanted = library(model, batch, max_new_tokens=9, **given)
    assert torch.equal(generate(model, **batch, max_new_tokens=9, seed=0, **given), wanted)


@pytest.mark.parametrize("setting", [{"repetition_penalty": 5.0}, {"min_p": 0.4}], ids=str)
def test_what_the_caller_gives_changes_the_ids(model, batch, setting):
    how = {"max_new_tokens": 30, "do_sample": True, "top_k": 0, "eos_token_id": []}
    made = generate(model, **batch, **how, **setting, seed=0)
    wanted = library(model, batch, **how | setting | {"eos_token_id": None})
    assert torch.equal(made, wanted)
    assert not torch.equal(made, generate(model, **batch, **how, seed=0))


def test_the_defaults_are_the_librarys(model):
    library_defaults = model.generation_config._get_default_generation_params()
    for name, value in DEFAULTS.items():
        assert library_defaults.get(name) == value, name
    for name, off in (REFUSED | REFUSED_IN_SAMPLING).items():
        assert library_defaults.get(name) in (off, None), name


# What else a generation_config holds, and why the ids are the same: lengths, of which
# `max_new_tokens` goes first; what only beams, assistants, static caches or a returned dict read.
HARMLESS = {
    *("max_length", "max_new_tokens", "early_stopping", "length_penalty", "diversity_penalty"),
    *("use_cache", "cache_config", "max_cache_len", "compile_config", "disable_compile"),
    *("output_attentions", "output_hidden_states", "output_scores", "output_logits"),
    *("return_dict_in_generate", "bos_token_id", "decoder_start_token_id", "low_memory"),
    *("num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold"),
    *("max_matching_ngram_size", "assistant_lookbehind", "target_lookbehind"),
    *("assistant_ensemble_weight", "continuous_batching_config"),
    *("transformers_version", "_from_model_config", "_original_object_hash"),
}


def test_every_setting_of_the_library_has_been_thought_of():
    """A setting that a newer version brings is taken, refused, or written down as harmless."""
    assert set(AT_WORK) == set(REFUSED | REFUSED_IN_SAMPLING)
    assert vars(GenerationConfig()).keys() - HARMLESS == (DEFAULTS | AT_WORK).keys()


@pytest.mark.parametrize("family", ["Mamba", "RWKV", "XLNet"])
def test_a_model_that_keeps_its_past_in_another_way_is_refused(family, batch):
    with pytest.raises(ValueError, match="takes no past_key_values"):
        generate(writer(family), **batch, max_new_tokens=2)


@pytest.mark.parametrize("family", ["BART", "T5"])
def test_an_encoder_decoder_is_refused(family, batch):
    with pytest.raises(ValueError, match="is_encoder_decoder"):
        generate(writer(family), **batch, max_new_tokens=2)


def test_pads_without_a_mask_are_found_as_the_library_finds_them(model, batch):
    ids = batch["input_ids"]
    made = generate(model, ids, max_new_tokens=9)
    assert torch.equal(made, library(model, {"input_ids": ids}, max_new_tokens=9))
    assert torch.equal(made, generate(model, **batch, max_new_tokens=9))
    ones = torch.ones_like(ids)
    assert not torch.equal(made, generate(model, ids, ones, max_new_tokens=9)), "shows nothing"


def test_where_the_pad_is_the_end_the_library_warns_and_so_do_we(model, batch):
    ids, how = batch["input_ids"], {"max_new_tokens": 9, "pad_token_id": 2, "eos_token_id": 2}
    with pytest.warns(UserWarning) as caught:
        made = generate(model, ids, **how)
    assert torch.equal(made, library(model, {"input_ids": ids}, **how))
    assert [str(warning.message) for warning in caught] == [NO_MASK]
    one = generate(model, ids[1:2], **how)  # of a single row: not a word, as there
    assert torch.equal(one, library(model, {"input_ids": ids[1:2]}, **how))


def test_the_warning_is_in_the_librarys_words():
    source = Path(generation_utils.__file__).read_text(encoding="utf-8")
    joined = re.sub(r'"\s+"', "", source)  # its pieces, as Python joins them
    assert f'"{NO_MASK}"' in joined


@pytest.mark.parametrize(
    "end", [np.int64(7), np.array([7, 9]), torch.tensor(7), torch.tensor([7, 9]), (7, 9), [7]]
)
def test_an_end_may_be_any_whole_number(model, batch, end):
    plain = np.atleast_1d(end).tolist()
    model.generation_config.do_sample = True
    model.generation_config.temperature = 9.0
    made = generate(model, **batch, max_new_tokens=30, eos_token_id=end, seed=0)
    assert torch.equal(made, library(model, batch, max_new_tokens=30, eos_token_id=plain))
