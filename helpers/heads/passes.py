"""What the heads' explorer runs through a body: choices as one batch, attention in thousandths."""

from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from helpers.drawing.refused import Refused
from helpers.heads.outputs import SHOWN

CHOICES = 6  # texts that the multiple-choice head can be given


def split(ids: tuple, bar: int | None) -> tuple:
    """The choices: ids between [CLS] and [SEP], cut at each |, with both put around each again."""
    ends = [0, *(place for place, i in enumerate(ids) if i == bar), len(ids) - 1]
    if len(ends) - 1 > CHOICES:
        words = f"These are {len(ends) - 1} choices, and {CHOICES} fit here: write fewer |."
        raise Refused("text", words)
    pairs = zip(ends, ends[1:], strict=False)
    return tuple((ids[0], *ids[a + 1 : b], ids[-1]) for a, b in pairs)


@torch.inference_mode()
def run(rows: tuple, body: PreTrainedModel, pad: int) -> Any:
    """The body's output for rows of ids, padded to the longest."""
    made = [torch.tensor(row) for row in rows]
    input_ids = pad_sequence(made, batch_first=True, padding_value=pad)
    mask = pad_sequence([torch.ones_like(row) for row in made], batch_first=True)
    return body(input_ids, attention_mask=mask, output_attentions=True)


def shares(attentions: tuple) -> list:
    """[layer][head][token][token] in thousandths, of the tokens shown; then what the rest gets."""
    if not attentions:
        words = 'The body keeps no attention: load it with attn_implementation="eager".'
        raise ValueError(words)
    weights = torch.stack(attentions)[:, 0, :, :SHOWN]
    shown = weights[..., :SHOWN]
    rest = weights[..., SHOWN:].sum(dim=-1, keepdim=True)
    parts = [shown, rest] if weights.shape[-1] > SHOWN else [shown]
    return (1000 * torch.cat(parts, dim=-1)).round().int().tolist()
