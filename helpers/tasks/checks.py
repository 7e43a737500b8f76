"""Checks of notebook 07."""

import functools

import torch

from helpers.exercises import check, tried

SEED = 177  # 7.4: rows end at different lengths, and each of the usual mistakes changes the ids; a test sees to both
STEPS = 12


def _wrong_floats(got, shape, what):
    if not isinstance(got, torch.Tensor):
        return f"Return a tensor; yours is a {type(got).__name__}."
    if list(got.shape) != shape:
        return f"Return one number {what}: shape {shape}. Yours is {list(got.shape)}."
    return None


def _same(a, b):
    return a.shape == b.shape and torch.allclose(a.float(), b.float(), rtol=0, atol=1e-5)


@check
def target_scores(function):
    """7.1: `function(logits, target_ids)` must choose from a softmax over the whole vocabulary, float [targets]."""
    torch.manual_seed(0)
    for vocabulary, ids in ((12, [7, 2]), (30, [4, 29, 0])):
        logits = 3 * torch.randn(vocabulary)
        got = tried(function(logits.clone(), list(ids)))
        if problem := _wrong_floats(got, [len(ids)], "a target"):
            return problem
        right = logits.softmax(dim=0)[ids]
        if _same(got, right):
            continue
        if _same(got, logits[ids].softmax(dim=0)):
            return "Your scores sum to 1: you chose first. The softmax goes over the whole vocabulary, then choose."
        if _same(got, logits[ids]):
            return "These are logits. Make probabilities of them, over the whole vocabulary, before you choose."
        if _same(got, logits.log_softmax(dim=0)[ids]):
            return "These are logarithms of the probabilities: softmax instead of log_softmax."
        if _same(got, right.sort(descending=True).values):
            return "The scores are right, the order is not: keep the order of target_ids."
        return f"For target_ids {ids} the scores should be {_rounded(right)}; yours are {_rounded(got)}."
    return None


@check
def independent(function):
    """7.2: `function(logits, entailment, contradiction)` must judge each row by these two columns alone, float [labels]."""
    torch.manual_seed(0)
    for entailment, contradiction, labels in ((2, 0, 4), (1, 0, 5), (0, 2, 3)):
        logits = 2 * torch.randn(labels, 3)
        got = tried(function(logits.clone(), entailment, contradiction))
        if isinstance(got, torch.Tensor) and list(got.shape) == [labels, 2]:
            return "Two numbers a label: keep the column of entailment."
        if problem := _wrong_floats(got, [labels], "a label"):
            return problem
        pair = logits[:, [contradiction, entailment]].softmax(dim=1)
        if _same(got, pair[:, 1]):
            continue
        mistakes = (
            (pair[:, 0], "That is the probability of contradiction. You want the other column."),
            (
                logits.softmax(dim=1)[:, entailment],
                "You let neutral take part. The softmax is over two columns.",
            ),
            (
                logits[:, entailment].softmax(dim=0),
                "Your labels compete: that is multi_label=False. Softmax within each row.",
            ),
            (
                logits[:, entailment],
                "These are logits. Make probabilities of each row's two columns.",
            ),
            (
                logits[:, [0, 2]].softmax(dim=1)[:, 1],
                "You took columns 0 and 2. Models differ in the order: use the arguments.",
            ),
        )
        said = next((words for wrong, words in mistakes if _same(got, wrong)), None)
        return said or f"The scores should be {_rounded(pair[:, 1])}; yours are {_rounded(got)}."
    return None


@check
def several(function):
    """7.3: `function(scores, k)` must return the best spans that share no token, best first, as (first, last) tuples."""
    torch.manual_seed(0)
    for size, longest, k in ((6, 3, 3), (9, 4, 3), (5, 2, 9), (7, 7, 2), (8, 3, 1)):
        start, end = torch.randn(size), torch.randn(size)
        band = torch.ones(size, size, dtype=torch.bool).triu().tril(longest - 1)
        scores = (start[:, None] + end[None, :]).masked_fill(~band, -torch.inf)
        got = tried(function(scores.clone(), k))
        if problem := _wrong_spans(got, scores, k):
            return f"A table of {size} tokens, spans of at most {longest}, k={k}: {problem}"
    return None


def _wrong_spans(got, scores, k):
    if not isinstance(got, list) or not all(
        isinstance(span, (tuple, list)) and len(span) == 2 for span in got
    ):
        return f"return a list of (first, last); yours is {got!r:.80}."
    got = [tuple(int(place) for place in span) for span in got]
    if len(got) > k:
        return f"{len(got)} spans, but k is {k}."
    inside = all(0 <= place < len(scores) for span in got for place in span)
    if (
        inside
        and got
        and all(last < first or scores[first, last].isinf() for first, last in got)
        and all(not scores[last, first].isinf() for first, last in got)
    ):
        return "your spans end before they start. The row is the first token, the column the last."
    for first, last in got:
        if not inside or scores[first, last].isinf():
            return f"the span {(first, last)} is not allowed: its score is −∞. Stop there."
    for i, (first, last) in enumerate(got):
        for other in got[:i]:
            if first <= other[1] and other[0] <= last:
                return f"{other} and {(first, last)} share a token. Skip a span that touches one that you have kept."
    values = [scores[span].item() for span in got]
    if values != sorted(values, reverse=True):
        return "the best span must come first."
    kept = []
    for cell in scores.flatten().argsort(descending=True).tolist():
        first, last = divmod(cell, len(scores))
        if (
            len(kept) < k
            and not scores[first, last].isinf()
            and all(last < a or b < first for a, b in kept)
        ):
            kept.append((first, last))
    if len(got) < len(kept):
        return f"{len(got)} spans, but {len(kept)} are possible. Go on to the next best cell until you have k."
    return None if got == kept else f"the spans should be {kept}; yours are {got}."


@functools.cache
def _translator():
    """A tiny random encoder-decoder and a batch whose rows end at different lengths: (model, input_ids, attention_mask)."""
    from transformers import AutoModelForSeq2SeqLM, MarianConfig

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
def _greedy(model, input_ids, attention_mask, steps, start=1, cross=True, pads=False, stop=True):
    """Greedy ids with one rule broken on request: another start, no mask for cross-attention, pads written, no end of a row."""
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


@check
def translate_batch(function):
    """7.4: `function(model, input_ids, attention_mask, max_new_tokens)` must return what greedy `generate()` returns, int64."""
    model, input_ids, attention_mask = _translator()
    for steps in (STEPS, 3):
        got = tried(function(model, input_ids.clone(), attention_mask.clone(), steps))
        right = model.generate(
            input_ids,
            attention_mask=attention_mask,
            max_new_tokens=steps,
            num_beams=1,
            do_sample=False,
        )
        if problem := _wrong_ids(got, right, model, input_ids, attention_mask, steps):
            return problem
    return None


def _wrong_ids(got, right, model, input_ids, attention_mask, steps):
    if not isinstance(got, torch.Tensor) or got.dim() != 2 or len(got) != len(right):
        said = list(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__
        return f"Return ids, one row for each of the {len(right)} sentences; yours: {said}."
    if torch.equal(got, right):
        return None
    if torch.equal(got, right[:, 1:]):
        return "The start token is missing: generate() returns it too, in column 0."
    if bool((got[:, 0] == model.config.eos_token_id).all()):
        return (
            "You start with the end token. The start is generation_config.decoder_start_token_id."
        )
    every = torch.ones_like(attention_mask)
    wrong = functools.partial(_greedy, model, input_ids, steps=steps)
    mistakes = (
        (
            wrong(attention_mask, stop=False),
            "Rows go on after their end token. Keep `finished`, and write pads there.",
        ),
        (
            wrong(attention_mask, cross=False),
            "Cross-attention looks at the pads: give attention_mask to the model too.",
        ),
        (wrong(every), "The encoder reads the pads as words: give it the attention_mask."),
        (
            wrong(attention_mask, pads=True),
            "A row that is not finished wrote a pad: set that logit to −∞ before argmax.",
        ),
    )
    if said := next((words for ids, words in mistakes if torch.equal(got, ids)), None):
        return said
    if got.shape[1] < right.shape[1] and torch.equal(got, right[:, : got.shape[1]]):
        return f"You stop after {got.shape[1] - 1} tokens, when the first row has ended. The loop ends when all rows have."
    if got.shape[1] > right.shape[1] and torch.equal(got[:, : right.shape[1]], right):
        return f"You write {got.shape[1] - 1} tokens; after {right.shape[1] - 1} the loop should have ended."
    row = next(i for i in range(len(right)) if got[i].tolist() != right[i].tolist())
    return f"Row {row} should be {right[row].tolist()}; yours is {got[row].tolist()}."


def _rounded(tensor):
    return [round(value, 3) for value in tensor.tolist()]
