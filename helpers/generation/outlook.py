"""What a model says about the next token, as little of it as a view can filter anew."""

import torch
from transformers import PreTrainedTokenizerBase

HEAD = 10  # candidates that are drawn
MOST_K = 200  # top-k's slider ends there: so many logits travel
TEMPERATURES = torch.arange(1, 21) / 10  # the places of the sliders
SHARES = torch.arange(1, 21, dtype=torch.float64) / 20


def outlook(logits: torch.Tensor, tokenizer: PreTrainedTokenizerBase) -> dict:
    """What a view needs to filter `logits` [vocabulary] itself, at every place of its sliders.

    `logits`: the MOST_K largest, and ties; `head`: [text, id] of the first HEAD of them. `sums`:
    log Σ exp of all at each temperature. `kept`, `mass`: tokens that top-p without top-k leaves,
    and what they sum to, at each temperature and each p.
    """
    ascending, order = logits.sort()
    scaled = ascending / TEMPERATURES[:, None]
    probabilities = scaled.softmax(dim=-1)
    below = probabilities.cumsum(dim=-1)
    border = (1 - SHARES).float().expand(len(below), -1).contiguous()
    out = torch.searchsorted(below, border, right=True)
    out = out.clamp(max=len(logits) - 1).masked_fill(SHARES == 1, 0)
    lost = below.gather(1, (out - 1).clamp(min=0)).masked_fill(out == 0, 0)
    least = ascending[-MOST_K:][0]
    return {
        "size": len(logits),
        "logits": ascending[ascending >= least].flip(0).tolist(),
        "head": [[text_of(i, tokenizer), i] for i in order[-HEAD:].flip(0).tolist()],
        "sums": (scaled[:, -1] - probabilities[:, -1].log()).tolist(),
        "kept": (len(logits) - out).tolist(),
        "mass": (1 - lost).tolist(),
    }


def text_of(token: int, tokenizer: PreTrainedTokenizerBase) -> str:
    """The text that a token stands for; of half a character its vocabulary entry."""
    text = str(tokenizer.decode([token]))
    whole = text and "\ufffd" not in text
    return text if whole else str(tokenizer.convert_ids_to_tokens(token))
