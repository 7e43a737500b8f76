"""The conversion of the causal-lm, on a model of one layer: also where the cache is warm."""

import json

import gguf
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from helpers.weights import damage, smollm2
from tools.faults.causal import write_wheel


@pytest.fixture(scope="module")
def partial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("partial")
    smollm2.convert(write_wheel(tmp_path_factory.mktemp("index")), folder)
    return folder


def test_the_folder_is_whole(partial):
    assert damage(partial / "whole") is None


def test_weights_are_those_of_the_gguf_in_fp32(partial):
    model = AutoModelForCausalLM.from_pretrained(partial / "whole", dtype="auto")
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    reader = gguf.GGUFReader(partial / "model.gguf")
    published = {entry.name: torch.tensor(entry.data).float() for entry in reader.tensors}
    layer = model.model.layers[0]
    assert model.model.embed_tokens.weight.equal(published["token_embd.weight"])
    assert layer.mlp.down_proj.weight.equal(published["blk.0.ffn_down.weight"])
    assert layer.self_attn.o_proj.weight.equal(published["blk.0.attn_output.weight"])
    assert model.model.norm.weight.equal(published["output_norm.weight"])


def test_the_tokenizer_cuts_digits_apart_and_knows_its_limit(partial):
    steps = json.loads((partial / "whole" / "tokenizer.json").read_text())["pre_tokenizer"]
    digits, byte_level = steps["pretokenizers"]
    assert digits == {"type": "Digits", "individual_digits": True}
    assert byte_level["type"] == "ByteLevel" and not byte_level["add_prefix_space"]
    tokenizer = AutoTokenizer.from_pretrained(partial / "whole")
    assert tokenizer.model_max_length == 64
    assert tokenizer.tokenize("ab") == ["ab"]
