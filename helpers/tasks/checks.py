"""Checks of notebook 07: a translation that is written, and the choices of `choice_checks`."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, GenerationMixin, MarianConfig

from helpers.exercises import check_function, does, turned
from helpers.tasks.choice_checks import independent, several, target_scores

__all__ = ["target_scores", "independent", "several", "translate_batch"]

SEED = 177  # 7.4: rows end at different lengths, and each usual mistake changes the ids; tested
STEPS = 12


@functools.cache
def _translator() -> tuple:
    """A tiny random encoder-decoder, input_ids, attention_mask; rows end at different lengths."""
    torch.manual_seed(SEED)
    config = MarianConfig(
        vocab_size=20,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=32,
        init_std=0.6,
        pad_token_id=1,
        eos_token_id=0,
        decoder_start_token_id=1,
        forced_eos_token_id=None,
        tie_word_embeddings=False,
    )
    model = AutoModelForSeq2SeqLM.from_config(config).eval()
    model.generation_config.bad_words_ids = [[1]]
    model.final_logits_bias[0, :2] = torch.tensor(
        [3.0, 5.0]
    )  # end and pad come up often enough to be tested
    input_ids = torch.randint(2, 20, (4, 6))
    attention_mask = (torch.arange(6) < torch.tensor([6, 3, 5, 2])[:, None]).to(torch.int64)
    return model, input_ids.masked_fill(attention_mask == 0, 1), attention_mask


@torch.inference_mode()
def _greedy(
    model: Any,
    input_ids: torch.Tensor,
    attention_mask: torch.Tensor,
    steps: int,
    start: int = 1,
    cross: bool = True,
    pads: bool = False,
    stop: bool = True,
) -> torch.Tensor:
    """Greedy ids with a rule broken: another start, no mask across, pads written, no end."""
    encoded = model.get_encoder()(input_ids=input_ids, attention_mask=attention_mask)
    ids = torch.full((len(input_ids), 1), start)
    finished = torch.zeros(len(input_ids), dtype=torch.bool)
    for _ in range(steps):
        mask = attention_mask if cross else None
        logits = model(encoder_outputs=encoded, attention_mask=mask, decoder_input_ids=ids).logits[
            :, -1
        ]
        if not pads:
            logits[:, 1] = -torch.inf
        next_ids = logits.argmax(dim=-1)
        if stop:
            next_ids = next_ids.masked_fill(finished, 1)
            finished |= next_ids == 0
        ids = torch.cat([ids, next_ids[:, None]], dim=1)
        if finished.all():
            break
    return ids


def _blind(model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, steps: int) -> Any:
    return _greedy(model, input_ids, torch.ones_like(attention_mask), steps)


def _broken(**rule: Any) -> Callable[..., bool]:
    return does(functools.partial(_greedy, **rule))


def _row(got: torch.Tensor, wanted: torch.Tensor, *_: Any) -> str:
    pairs = list(zip(got.tolist(), wanted.tolist(), strict=True))
    row = next(i for i, (mine, theirs) in enumerate(pairs) if mine != theirs)
    return f"Row {row} should be {pairs[row][1]}; yours is {pairs[row][0]}."


@check_function(
    right=lambda model, input_ids, attention_mask, max_new_tokens: model.generate(
        input_ids,
        attention_mask=attention_mask,
        max_new_tokens=max_new_tokens,
        num_beams=1,
        do_sample=False,
    ),
    kinds=[(object, "Return ids, one row for each sentence; yours: {kind}.")],
    slips=[
        (
            lambda got, wanted, *_: got.dim() != 2 or len(got) != len(wanted),
            lambda got, wanted, *_: (
                f"Return ids, one row for each of the {len(wanted)} sentences; "
                f"yours: {list(got.shape)}."
            ),
        ),
        (
            lambda got, wanted, *_: got.dtype != wanted.dtype,
            "Ids are int64; yours are not.",
        ),
        (
            turned(lambda wanted: wanted[:, 1:]),
            "The start token is missing: generate() returns it too, in column 0.",
        ),
        (
            lambda got, wanted, model, *_: (got[:, 0] == model.config.eos_token_id).all(),
            "You start with the end token. The start is generation_config.decoder_start_token_id.",
        ),
        (
            _broken(stop=False),
            "Rows go on after their end token. Keep `finished`, and write pads there.",
        ),
        (
            _broken(cross=False),
            "Cross-attention looks at the pads: give attention_mask to the model too.",
        ),
        (does(_blind), "The encoder reads the pads as words: give it the attention_mask."),
        (
            _broken(pads=True),
            "A row that is not finished wrote a pad: set that logit to −∞ before argmax.",
        ),
        (
            lambda got, wanted, *_: (
                got.shape[1] < wanted.shape[1] and torch.equal(got, wanted[:, : got.shape[1]])
            ),
            lambda got, *_: (
                f"You stop after {got.shape[1] - 1} tokens, when the first row has ended. "
                "The loop ends when all rows have."
            ),
        ),
        (
            lambda got, wanted, *_: (
                got.shape[1] > wanted.shape[1] and torch.equal(got[:, : wanted.shape[1]], wanted)
            ),
            lambda got, wanted, *_: (
                f"You write {got.shape[1] - 1} tokens; after {wanted.shape[1] - 1} the loop should "
                "have ended."
            ),
        ),
    ],
    otherwise=_row,
    forbids={"`generate`": GenerationMixin.generate},
)
def translate_batch() -> list[tuple]:
    """7.4: `function(model, input_ids, attention_mask, max_new_tokens)` is greedy `generate()`."""
    model, input_ids, attention_mask = _translator()
    one = input_ids[:1], attention_mask[:1]
    return [
        (model, input_ids, attention_mask, STEPS),
        (model, input_ids, attention_mask, 3),
        (model, *one, STEPS),
    ]
