"""Checks of notebook 07."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, GenerationMixin, MarianConfig

from helpers.exercises import check_function, does, other_shape, turned

SEED = 177  # 7.4: rows end at different lengths, and each usual mistake changes the ids; tested
STEPS = 12


@check_function(
    right=lambda logits, target_ids: logits.softmax(dim=0)[target_ids],
    slips=[
        (
            other_shape,
            "Return one number a target: shape {wanted_shape}. Yours is {got_shape}.",
        ),
        (
            does(lambda logits, target_ids: logits[target_ids].softmax(dim=0)),
            "Your scores sum to 1: you chose first. The softmax goes over the whole vocabulary, "
            "then choose.",
        ),
        (
            does(lambda logits, target_ids: logits[target_ids]),
            "These are logits. Make probabilities of them, over the whole vocabulary, before you "
            "choose.",
        ),
        (
            turned(torch.log),
            "These are logarithms of the probabilities: softmax instead of log_softmax.",
        ),
        (
            turned(lambda wanted: wanted.sort(descending=True).values),
            "The scores are right, the order is not: keep the order of target_ids.",
        ),
        (
            does(lambda logits, target_ids: logits.softmax(dim=0)[sorted(target_ids)]),
            "The scores are right, the order is not: keep the order of target_ids.",
        ),
    ],
    otherwise="For target_ids {target_ids} the scores should be {wanted}; yours are {got}.",
)
def target_scores() -> list[tuple]:
    """7.1: `function(logits, target_ids)` chooses from a softmax over the vocabulary, [targets]."""
    random = torch.Generator().manual_seed(0)
    tried = ((12, [7, 2]), (30, [4, 29, 0]), (5, [3]))
    return [(3 * torch.randn(size, generator=random), ids) for size, ids in tried]


@check_function(
    right=lambda logits, entailment, contradiction: logits[:, [contradiction, entailment]].softmax(
        dim=1
    )[:, 1],
    slips=[
        (
            lambda got, wanted, *_: got.shape == (len(wanted), 2),
            "Two numbers a label: keep the column of entailment.",
        ),
        (
            other_shape,
            "Return one number a label: shape {wanted_shape}. Yours is {got_shape}.",
        ),
        (
            turned(lambda wanted: 1 - wanted),
            "That is the probability of contradiction. You want the other column.",
        ),
        (
            does(lambda logits, entailment, _: logits.softmax(dim=1)[:, entailment]),
            "You let neutral take part. The softmax is over two columns.",
        ),
        (
            does(lambda logits, entailment, _: logits[:, entailment].softmax(dim=0)),
            "Your labels compete: that is multi_label=False. Softmax within each row.",
        ),
        (
            does(lambda logits, entailment, _: logits[:, entailment]),
            "These are logits. Make probabilities of each row's two columns.",
        ),
        (
            does(lambda logits, *_: logits[:, [0, 2]].softmax(dim=1)[:, 1]),
            "You took columns 0 and 2. Models differ in the order: use the arguments.",
        ),
    ],
    otherwise="The scores should be {wanted}; yours are {got}.",
)
def independent() -> list[tuple]:
    """7.2: `function(logits, entailment, contradiction)` judges by two columns, [labels]."""
    random = torch.Generator().manual_seed(0)
    tried = ((2, 0, 4), (1, 0, 5), (0, 2, 3), (1, 2, 1))
    return [(2 * torch.randn(labels, 3, generator=random), a, b) for a, b, labels in tried]


def _apart(scores: torch.Tensor, k: int) -> list[tuple[int, int]]:
    """The best spans that share no token, best first."""
    kept: list[tuple[int, int]] = []
    for cell in scores.flatten().argsort(descending=True).tolist():
        first, last = divmod(cell, scores.shape[1])
        free = all(last < a or b < first for a, b in kept)
        if free and len(kept) < k and scores[first, last] > -torch.inf:
            kept.append((first, last))
    return kept


def _table(got: Any, wanted: Any, scores: torch.Tensor, k: int) -> str:
    first, last = scores.isfinite().nonzero().unbind(dim=1)
    longest = int((last - first).max()) + 1
    return f"A table of {len(scores)} tokens, spans of at most {longest}, k={k}: "


def _allowed(scores: torch.Tensor, first: int, last: int) -> bool:
    inside = 0 <= first < len(scores) and 0 <= last < len(scores)
    return inside and bool(scores[int(first), int(last)] > -torch.inf)


def _touching(got: list) -> tuple | None:
    """The first pair of spans that share a token."""
    pairs = ((a, b) for i, b in enumerate(got) for a in got[:i])
    return next(((a, b) for a, b in pairs if b[0] <= a[1] and a[0] <= b[1]), None)


@check_function(
    right=_apart,
    case=_table,
    kinds=[(object, "return a list of (first, last); yours is {kind}.")],
    slips=[
        (
            lambda got, wanted, scores, k: len(got) > k,
            lambda got, wanted, scores, k: f"{len(got)} spans, but k is {k}.",
        ),
        (
            turned(lambda wanted: [(last, first) for first, last in wanted]),
            "first and last have changed places. The row is the first token, the column the last.",
        ),
        (
            lambda got, wanted, scores, k: any(not _allowed(scores, *span) for span in got),
            lambda got, wanted, scores, k: (
                f"the span {next(span for span in got if not _allowed(scores, *span))} is not "
                "allowed: its score is −∞, or it lies outside. Stop there."
            ),
        ),
        (
            lambda got, *_: _touching(got),
            lambda got, *_: (
                "{} and {} share a token. Skip a span that touches one that you have kept.".format(
                    *_touching(got) or ()
                )
            ),
        ),
        (
            lambda got, wanted, scores, k: got != sorted(got, key=lambda span: -scores[span]),
            "the best span must come first.",
        ),
        (
            lambda got, wanted, *_: len(got) < len(wanted),
            lambda got, wanted, *_: (
                f"{len(got)} spans, but {len(wanted)} are possible. Go on to the next best cell "
                "until you have k."
            ),
        ),
    ],
    otherwise="the spans should be {wanted}; yours are {got}.",
)
def several() -> list[tuple]:
    """7.3: `function(scores, k)` gives the best spans that share no token, as (first, last)."""
    random = torch.Generator().manual_seed(0)
    tried: list[tuple] = []
    for size, longest, k in ((6, 3, 3), (9, 4, 3), (5, 2, 9), (7, 7, 2), (8, 3, 1)):
        start, end = torch.randn(2, size, generator=random)
        band = torch.ones(size, size).bool().triu().tril(longest - 1)
        tried.append(((start[:, None] + end[None, :]).masked_fill(~band, -torch.inf), k))
    nested = torch.full((6, 6), -torch.inf)  # (1, 3) encloses the best span and is the next
    nested[[2, 1, 2, 0, 4], [2, 3, 3, 0, 5]] = torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0])
    return [*tried, (nested, 3)]


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
