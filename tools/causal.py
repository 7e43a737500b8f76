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


def tiny(config):
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config).eval()


def library(model, inputs, seed=0, **settings):
    torch.manual_seed(seed)
    everything = {"temperature": 1.0, "top_k": 0, "top_p": 1.0} if settings.get("do_sample") else {}
    return model.generate(**inputs, **everything | settings)
