"""Small causal models, and the library's text from them, to compare the text by hand with."""

import torch
from transformers import AutoModelForCausalLM

SETTINGS = [
    {},
    {"do_sample": True},
    {"do_sample": True, "temperature": 0.7, "top_k": 50, "top_p": 0.9},
    {"do_sample": True, "temperature": 1.7, "top_k": 5},
    {"do_sample": True, "top_p": 0.3},
    {"do_sample": True, "temperature": 5.0, "eos_token_id": list(range(3, 40)), "pad_token_id": 96},
    {"do_sample": True, "temperature": 5.0, "eos_token_id": list(range(3, 97)), "pad_token_id": 1},
]
# One value of each refused setting that is at work in the library.
AT_WORK = {
    "assistant_early_exit": 1,
    "bad_words_ids": [[5]],
    "begin_suppress_tokens": [5],
    "cache_implementation": "static",
    "constraints": ["one"],
    "dola_layers": "high",
    "encoder_no_repeat_ngram_size": 2,
    "encoder_repetition_penalty": 1.5,
    "epsilon_cutoff": 3e-2,
    "eta_cutoff": 3e-2,
    "exponential_decay_length_penalty": (2, 1.5),
    "force_words_ids": [[5]],
    "forced_bos_token_id": 5,
    "forced_eos_token_id": 5,
    "guidance_scale": 1.5,
    "is_assistant": True,
    "max_time": 0.001,
    "min_length": 12,
    "min_new_tokens": 8,
    "no_repeat_ngram_size": 1,
    "num_beam_groups": 2,
    "num_beams": 3,
    "num_return_sequences": 2,
    "penalty_alpha": 0.6,
    "prefill_chunk_size": 2,
    "prompt_lookup_num_tokens": 2,
    "remove_invalid_values": True,
    "renormalize_logits": True,
    "sequence_bias": {(5,): 9.0},
    "speculation_type": "dflash",
    "stop_strings": ["a"],
    "suppress_tokens": [5],
    "token_healing": True,
    "top_h": 0.3,
    "typical_p": 0.3,
    "use_mtp": True,
    "watermarking_config": {"bias": 2.0},
}


def tiny(config):
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config).eval()


def library(model, inputs, seed=0, **settings):
    torch.manual_seed(seed)
    return model.generate(**inputs, **settings)
