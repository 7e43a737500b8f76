"""Tiny random models: they know nothing, so only what stands around them can be right or wrong."""

import functools
from typing import Any

import torch
from transformers import DistilBertConfig, LlamaConfig, LlamaForCausalLM


def _named(labels: list[str]) -> dict:
    return {"id2label": dict(enumerate(labels)), "label2id": {n: i for i, n in enumerate(labels)}}


@functools.cache
def tiny(kind: Any, tokenizer: Any, labels: tuple = ()) -> Any:
    """A DistilBERT of 2 layers for this tokenizer, its weights random and the same each time."""
    sizes: dict = {
        "dim": 32,
        "hidden_dim": 64,
        "n_layers": 2,
        "n_heads": 4,
        "initializer_range": 0.4,
    }
    config = DistilBertConfig(vocab_size=len(tokenizer), **sizes, **_named(list(labels) or ["-"]))
    with torch.random.fork_rng():
        torch.manual_seed(8)  # all labels occur, each slip changes an answer: tested
        return kind(config).eval()


@functools.cache
def writer(tokenizer: Any) -> Any:
    """A Llama of 1 layer, random, whose end is what it writes second after "The cat"."""
    sizes: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
    sizes |= {"num_attention_heads": 2, "num_key_value_heads": 2, "initializer_range": 0.4}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model: Any = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **sizes)).eval()
    settings = model.generation_config
    settings.eos_token_id = settings.pad_token_id = settings.bos_token_id = None
    ids = tokenizer("The cat", return_tensors="pt")["input_ids"]
    written = model.generate(ids, max_new_tokens=2, do_sample=False)[0, ids.shape[1] :]
    settings.eos_token_id = end = tokenizer.eos_token_id  # a special one, written in place of that
    rows = model.lm_head.weight.data
    rows[[int(written[1]), end]] = rows[[end, int(written[1])]]
    return model
