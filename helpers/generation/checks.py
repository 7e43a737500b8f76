"""Checks of notebook 06."""

import torch

from helpers.exercises import check, tried


@check
def new_tokens(function):
    """6.1: `function(ids, prompt_length, eos)`, int64 [batch, sequence], must return the new ids of each row up to its end."""
    cases = (
        (
            torch.tensor([[2, 7, 8, 5, 6, 2, 2], [9, 9, 4, 3, 5, 6, 7], [2, 2, 3, 2, 2, 2, 2]]),
            3,
            2,
            [[5, 6], [3, 5, 6, 7], []],
        ),
        (torch.tensor([[0, 5, 6, 1, 0], [5, 5, 6, 6, 1]]), 2, 1, [[6], [6, 6]]),
        (torch.tensor([[4, 5, 6, 7, 3]]), 1, 8, [[5, 6, 7, 3]]),
    )
    for ids, prompt_length, eos, wanted in cases:
        if problem := _wrong_rows(
            tried(function(ids.clone(), prompt_length, eos)),
            ids.tolist(),
            prompt_length,
            eos,
            wanted,
        ):
            return f"For {ids.tolist()}, prompt_length={prompt_length}, eos={eos}: {problem}"
    return None


def _wrong_rows(got, rows, prompt_length, eos, wanted):
    if not isinstance(got, list) or not all(isinstance(row, list) for row in got):
        return f"return a list of lists, one a row; yours is a {type(got).__name__}. A tensor has .tolist()."
    if got == wanted:
        return None
    if len(got) != len(rows):
        return f"there are {len(rows)} rows, your list has {len(got)}."
    answers = [row[prompt_length:] for row in rows]
    if got == answers:
        return "the prompt is cut off, but what stands behind the end is still there."
    if got == [answer[: answer.index(eos) + 1] if eos in answer else answer for answer in answers]:
        return "you keep the end token. The reader wants the text before it."
    if got == [answer[: answer.index(eos)] if eos in answer else answer[:-1] for answer in answers]:
        return "a row that was stopped by the limit has no end token: keep all of it. You drop its last token."
    if got == [[i for i in answer if i != eos] for answer in answers]:
        return "you remove each end, and keep what comes after the first. Cut there instead."
    if got == [row[: row.index(eos)] if eos in row else row for row in rows]:
        return "cut off the prompt first: a pad in it may be the same id as the end."
    return f"the answer is {wanted}; yours is {got}."


@check
def min_p(function):
    """6.2: `function(logits, p)`, float [batch, vocabulary], must filter what is below `p` times the largest probability."""
    spread = torch.tensor(
        [[2.0, 1.0, 0.0, -1.0, -3.0], [0.1, 0.0, -0.1, 0.2, -4.0], [-9.0, -7.0, -8.5, -6.0, -6.1]]
    )
    for p in (0.1, 0.3, 0.9):
        given = spread.clone()
        got = tried(function(given, p))
        if not torch.equal(given, spread):
            return "You changed the logits that were handed in. masked_fill without the underscore makes a new tensor."
        if problem := _wrong_filter(got, spread, p):
            return f"p = {p}: {problem}"
    return None


def _wrong_filter(got, logits, p):
    if not isinstance(got, torch.Tensor) or got.shape != logits.shape:
        yours = list(got.shape) if isinstance(got, torch.Tensor) else f"a {type(got).__name__}"
        return f"return a tensor of the shape {list(logits.shape)}; yours is {yours}."
    probabilities = logits.softmax(dim=-1)
    largest = probabilities.amax(dim=-1, keepdim=True)
    out = probabilities < p * largest
    if torch.equal(got, logits.masked_fill(out, -torch.inf)):
        return None
    if torch.equal(got, logits.masked_fill(out, 0.0)):
        return "the right tokens go, but to the logit 0, which is a logit like any other. Fill with -torch.inf."
    if torch.allclose(got, probabilities.masked_fill(out, 0.0)):
        return "you return probabilities. Return logits: other filters may follow, and softmax comes last."
    if torch.equal(got, logits.masked_fill(probabilities < p, -torch.inf)):
        return (
            "you compare with p itself. The border is p times the largest probability of the row."
        )
    if torch.equal(got, logits.masked_fill(probabilities < p * probabilities.max(), -torch.inf)):
        return "your border is the same for the whole batch. Each row has its own largest: dim=-1, keepdim=True."
    if torch.equal(
        got, logits.masked_fill(logits < p * logits.amax(dim=-1, keepdim=True), -torch.inf)
    ):
        return "you compare logits. The rule is about probabilities: softmax first."
    if torch.equal(got, logits.masked_fill(~out, -torch.inf)):
        return "you filter the tokens that should stay. Is your comparison the right way round?"
    row = int((got != logits.masked_fill(out, -torch.inf)).any(dim=-1).nonzero()[0])
    return f"row {row} should keep columns {(~out[row]).nonzero()[:, 0].tolist()} as they are and have -inf elsewhere."


@check
def cache_bytes(function):
    """6.3: `function(batch, tokens, layers, kv_heads, width, size)` must return the bytes of the key/value cache."""
    for case in ((1, 1, 1, 1, 1, 1), (1, 1000, 30, 3, 64, 4), (8, 4096, 32, 8, 128, 2)):
        got = tried(function(*case))
        if not isinstance(got, (int, float)):
            return f"Return one number; yours is a {type(got).__name__}."
        batch, tokens, layers, kv_heads, width, size = case
        wanted = 2 * batch * tokens * layers * kv_heads * width * size
        mistakes = (
            (wanted / 2, "That is the keys alone, or the values alone. Both are kept."),
            (wanted * 3 / 2, "Three kinds? Queries are not kept: nobody asks again."),
            (wanted / size, "That is a count of numbers. Each takes `size` bytes."),
            (wanted / layers, "That is one layer. Each layer has keys and values of its own."),
            (wanted / batch, "That is one row. Each row of the batch keeps its own."),
            (wanted / kv_heads, "That is one head."),
            (
                wanted * tokens,
                "You count pairs of tokens. Attention computes these, and keeps none of them.",
            ),
        )
        if got != wanted:
            named = ", ".join(
                f"{name}={value}"
                for name, value in zip(
                    ("batch", "tokens", "layers", "kv_heads", "width", "size"), case
                )
            )
            said = next((words for value, words in mistakes if got == value), f"You say {got:,}.")
            return f"For {named} it is {wanted:,} bytes. {said}"
    return None


@check
def score(function):
    """6.4: `function(logits, ids, prompt_length)` must return the sum of the new tokens' log-probabilities, float [batch]."""
    generator = torch.Generator().manual_seed(0)
    for batch, length, prompt_length in ((1, 4, 2), (3, 6, 1), (2, 7, 4)):
        logits = 2 * torch.randn(batch, length, 9, generator=generator)
        ids = torch.randint(9, (batch, length), generator=generator)
        got = tried(function(logits.clone(), ids.clone(), prompt_length))
        if not isinstance(got, torch.Tensor) or got.shape != (batch,):
            return (
                f"Return one number a row: a tensor of shape [{batch}]. Yours is "
                f"{list(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__}."
            )
        wanted = _sums(logits.log_softmax(dim=-1), ids, prompt_length)
        if torch.allclose(got, wanted, atol=1e-4):
            continue
        log_probabilities = logits.log_softmax(dim=-1)
        at_own_place = log_probabilities.gather(2, ids[:, :, None])[:, :, 0]
        mistakes = (
            (
                at_own_place[:, prompt_length:].sum(dim=1),
                "You read each token in its own row of the logits. A row is about the token after its position: shift by one.",
            ),
            (
                _sums(log_probabilities, ids, 1),
                "Your sum begins in the prompt. Only the new tokens count.",
            ),
            (
                _sums(log_probabilities, ids, prompt_length + 1),
                "The first new token is missing. The last row of the prompt is about it.",
            ),
            (wanted / (length - prompt_length), "That is a mean. The exercise asks for the sum."),
            (
                _sums(logits, ids, prompt_length),
                "These are logits. Log-probabilities: log_softmax over the vocabulary first.",
            ),
            (
                _sums(logits.softmax(dim=-1), ids, prompt_length),
                "You add probabilities. Of a text they are multiplied; their logarithms are added.",
            ),
            (-wanted, "The sign: a log-probability is never above 0. Yours is the loss."),
        )
        said = next(
            (words for value, words in mistakes if torch.allclose(got, value, atol=1e-4)), None
        )
        shown = [[round(v, 2) for v in sums.tolist()] for sums in (wanted, got)]
        return said or f"The sums should be {shown[0]}; yours are {shown[1]}."
    return None


def _sums(values, ids, first):
    """Sum over positions `first` and later of what the row before says of the token there; float [batch]."""
    return values[:, first - 1 : -1].gather(2, ids[:, first:, None])[:, :, 0].sum(dim=1)
