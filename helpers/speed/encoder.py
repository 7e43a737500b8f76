"""The forward pass of a DistilBERT classifier by hand: pads are computed in attention only.

Sources: Sanh and others 2019, arXiv:1910.01108 (the architecture); Krell and others 2021,
arXiv:2107.02027 (texts laid end to end).
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import DistilBertForSequenceClassification
from transformers.modeling_outputs import SequenceClassifierOutput

from helpers.speed.joined import one_matrix


class Places(NamedTuple):
    """Where the tokens of texts laid end to end stand in the rectangle [batch, longest]."""

    batch: int
    longest: int
    flat: Tensor  # int64 [tokens], row · longest + column
    visible: Tensor | None  # bool [batch, 1, 1, longest]; None: no pads


class DistilBertByHand:
    """A `DistilBertForSequenceClassification` in eval mode: give it to `classify` in its place.

    The tokens of a batch lie end to end, so what is done to each alone is not done to pads.
    Queries, keys and values come from one matrix; the model's own parameters become views of it.
    Raises ValueError for another architecture or activation, by name.
    """

    def __init__(self, model: DistilBertForSequenceClassification) -> None:
        name, config = type(model).__name__, model.config
        if name != "DistilBertForSequenceClassification" or config.activation != "gelu":
            raise ValueError(
                f"DistilBertByHand does not cover {name} with "
                f"activation={getattr(config, 'activation', None)!r}; call the model itself"
            )
        self.config, self.device, self.model = config, model.device, model
        self.layers = [Layer(layer, config.n_heads) for layer in model.distilbert.transformer.layer]

    @torch.inference_mode()
    def __call__(self, input_ids: Tensor, attention_mask: Tensor) -> SequenceClassifierOutput:
        """Logits, float [batch, labels]. `input_ids`, `attention_mask`: int64 [batch, longest]."""
        flat = attention_mask.flatten().nonzero()[:, 0]
        visible = None if len(flat) == input_ids.numel() else attention_mask.bool()[:, None, None]
        batch, longest = input_ids.shape
        places = Places(batch, longest, flat, visible)
        embeddings = self.model.distilbert.embeddings
        x = embeddings.word_embeddings(input_ids.flatten()[flat])
        x = embeddings.LayerNorm(x + embeddings.position_embeddings(flat % longest))
        for layer in self.layers:
            x = layer(x, places)
        first = torch.searchsorted(flat, torch.arange(batch, device=flat.device) * longest)
        pooled = F.relu(self.model.pre_classifier(x[first]))
        return SequenceClassifierOutput(logits=self.model.classifier(pooled))


class Layer:
    """One layer, on the tokens of all texts, [tokens, width of the model]."""

    def __init__(self, layer: Any, heads: int) -> None:
        parts = layer.attention.q_lin, layer.attention.k_lin, layer.attention.v_lin
        self.layer, self.heads = layer, heads
        self.qkv, self.bias = one_matrix(*parts), torch.cat([part.bias for part in parts]).detach()

    def __call__(self, x: Tensor, places: Places) -> Tensor:
        """Float [tokens, width] to the same."""
        layer = self.layer
        mixed = self.mix(F.linear(x, self.qkv, self.bias), places)
        x = layer.sa_layer_norm(layer.attention.out_lin(mixed) + x)
        y = layer.ffn.lin2(F.gelu(layer.ffn.lin1(x)))
        return layer.output_layer_norm(y + x)

    def mix(self, heads: Tensor, places: Places) -> Tensor:
        """Attention: [tokens, 3 · width] to [tokens, width], by the rectangle of the batch."""
        batch, longest, flat, visible = places
        if visible is not None:
            whole = heads.new_zeros(batch * longest, heads.shape[1])
            heads = whole.index_copy_(0, flat, heads)
        shape = (batch, longest, 3, self.heads, -1)
        queries, keys, values = heads.view(shape).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(queries, keys, values, visible)
        mixed = mixed.transpose(1, 2).reshape(batch * longest, -1)
        return mixed if visible is None else mixed[flat]
