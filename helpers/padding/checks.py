"""Checks of notebook 05."""

import torch

from helpers.exercises import check, tried

BATCHES = ([[7, 8, 9, 10], [5, 6]], [[3], [4, 5, 6], [7, 8]], [[2, 3], [4, 5]])


@check
def mask(answer, input_ids, pad_id):
    """5.1: `answer` must be 1 on tokens and 0 on pads of `input_ids`, int64 [batch, length]."""
    if not isinstance(tried(answer), torch.Tensor):
        return f"This should be a tensor; it is a {type(answer).__name__}."
    if answer.shape != input_ids.shape:
        return f"The mask has one entry an id: shape {list(input_ids.shape)}. Yours is {list(answer.shape)}."
    wanted = (input_ids != pad_id).to(torch.int64)
    if torch.equal(answer.to(torch.int64), 1 - wanted):
        return "Is your mask the right way round? Yours is 1 on the pads; it should be 1 on the tokens."
    if not torch.equal(answer.to(torch.float64), wanted.to(torch.float64)):
        if bool((answer == 1).all()):
            return "Every position is 1: that is the same as no mask. The pads should be 0."
        row = int((answer.to(torch.float64) != wanted).any(dim=1).nonzero()[0])
        return f"Row {row} should be {wanted[row].tolist()}; yours is {answer[row].tolist()}."
    if answer.dtype != torch.int64:
        return f"The values are right, the type is {answer.dtype}. The tokenizer gives int64: .to(torch.int64)."
    return None


@check
def pad(function):
    """5.2: `function(sequences, pad_id, side)` must return `(input_ids, attention_mask)`, both int64 [batch, length]."""
    for side in ("right", "left"):
        for sequences in BATCHES:
            for pad_id in (0, 99):
                given = [list(sequence) for sequence in sequences]
                if problem := _wrong_batch(
                    tried(function(given, pad_id, side)), sequences, pad_id, side
                ):
                    return problem
                if given != sequences:
                    return "Your function changed the lists that it was given. Build new ones: `a + b` instead of `append`."
    return None


def _wrong_batch(got, sequences, pad_id, side):
    if (
        not isinstance(got, tuple)
        or len(got) != 2
        or not all(isinstance(part, torch.Tensor) for part in got)
    ):
        return "Return two tensors: `return input_ids, attention_mask`."
    input_ids, attention_mask = got
    wanted_ids, wanted_mask = _padded(sequences, pad_id, side)
    for name, tensor in (("input_ids", input_ids), ("attention_mask", attention_mask)):
        if tensor.shape != wanted_ids.shape:
            return f"For {sequences} {name} should have shape {list(wanted_ids.shape)}; yours has {list(tensor.shape)}."
        if tensor.dtype != torch.int64:
            return f"{name} should be int64; yours is {tensor.dtype}."
    other_ids, other_mask = _padded(sequences, pad_id, "left" if side == "right" else "right")
    if not torch.equal(input_ids, wanted_ids):
        if torch.equal(input_ids, other_ids):
            return f"For side={side!r} your pads are on the other side. Is `side` looked at?"
        if pad_id and torch.equal(input_ids, _padded(sequences, 0, side)[0]):
            return f"You fill with 0, but pad_id is {pad_id} here: every tokenizer has its own."
        if torch.equal(
            input_ids, _padded([sequence[::-1] for sequence in sequences], pad_id, side)[0]
        ):
            return (
                f"For side={side!r} the tokens come out in reverse order. "
                "Only the place of the pads changes, never the order of the tokens."
            )
        return (
            f"For {sequences}, pad_id={pad_id}, side={side!r} the ids should be {wanted_ids.tolist()}; "
            f"yours are {input_ids.tolist()}."
        )
    if not torch.equal(attention_mask, wanted_mask):
        if torch.equal(attention_mask, 1 - wanted_mask):
            return "Is your mask the right way round? 1 stands for a token, 0 for a pad."
        if torch.equal(attention_mask, other_mask):
            return (
                f"For side={side!r} the ids are right, but the mask is the one of the other side. "
                "Pads and zeros belong together."
            )
        return f"For {sequences}, side={side!r} the mask should be {wanted_mask.tolist()}; yours is {attention_mask.tolist()}."
    return None


def _padded(sequences, pad_id, side):
    length = max(map(len, sequences))
    ids, masks = [], []
    for sequence in sequences:
        pads = length - len(sequence)
        ids.append(sequence + [pad_id] * pads if side == "right" else [pad_id] * pads + sequence)
        masks.append(
            [1] * len(sequence) + [0] * pads
            if side == "right"
            else [0] * pads + [1] * len(sequence)
        )
    return torch.tensor(ids), torch.tensor(masks)


@check
def full_windows(function):
    """5.3: `function(ids, size, overlap)` must return windows of which the last begins early enough to be full."""
    for length, size, overlap in (
        (11, 4, 1),
        (10, 4, 1),
        (20, 6, 2),
        (9, 4, 0),
        (3, 4, 1),
        (4, 4, 1),
    ):
        ids = list(range(100, 100 + length))
        got = tried(function(ids, size, overlap))
        if problem := _wrong_windows(got, ids, size, overlap):
            return f"{length} ids, size {size}, overlap {overlap}: {problem}"
    return None


def _wrong_windows(got, ids, size, overlap):
    step = size - overlap
    if not isinstance(got, list) or not all(isinstance(window, list) for window in got):
        return f"return a list of lists of ids; yours is {got!r:.80}."
    starts = [*range(0, max(len(ids) - size, 0), step), max(len(ids) - size, 0)]
    wanted = [ids[start : start + size] for start in starts]
    if got == wanted:
        return None
    if any(len(window) > size for window in got):
        return f"a window has {max(map(len, got))} ids, more than the model can read."
    if any(not window for window in got):
        return "one of your windows is empty. Does a start go below 0, or beyond the end?"
    if not got or not got[-1] or got[-1][-1] != ids[-1]:
        return "the end of the text is in no window."
    if len({*map(tuple, got)}) < len(got):
        return "the same window comes twice. Is the last one full already?"
    if len(ids) <= size:
        return "the text fits into one window: return it whole, and nothing else."
    if len(got) > 1 and overlap:
        if got[1][0] == ids[overlap]:
            return f"the second window begins at {overlap}. That is the overlap, not the step: the step is size - overlap."
        if got[1][0] == ids[size]:
            return "neighbours share no token. The step is size - overlap."
    if len(got[-1]) < size:
        return f"the last window has only {len(got[-1])} ids. Let it begin earlier, at len(ids) - size."
    return f"the windows should begin at {starts}; yours begin at {[window[0] - ids[0] for window in got]}."


@check
def waste(function):
    """5.4: `function(lengths, batches)` must return the share of all positions that are pads."""
    cases = (
        ([4, 2, 2, 2], [[0, 1], [2, 3]]),
        ([10, 1, 1, 5], [[0, 3], [1, 2]]),
        ([7, 3, 6], [[2, 0], [1]]),
    )
    for lengths, batches in cases:
        got = tried(function(lengths, batches))
        if isinstance(got, torch.Tensor):
            got = got.item()
        if not isinstance(got, (int, float)):
            return f"Return one number; yours is a {type(got).__name__}."
        sizes = [len(batch) * max(lengths[i] for i in batch) for batch in batches]
        pads = [size - sum(lengths[i] for i in batch) for size, batch in zip(sizes, batches)]
        share = sum(pads) / sum(sizes)
        mistakes = (
            (100 * share, "That is a percentage. A share lies between 0 and 1."),
            (1 - share, "That is the share of the tokens. The pads are the rest."),
            (sum(pads), "That is the number of pads. Divide it by the number of positions."),
            (
                sum(pads) / sum(lengths),
                "You divide by the tokens. Divide by all positions, pads included.",
            ),
            (
                sum(p / s for p, s in zip(pads, sizes)) / len(sizes),
                "You took the mean over the batches. A large batch counts more than a small one: add pads and positions first.",
            ),
            (
                1 - sum(lengths) / (len(lengths) * max(lengths)),
                "You padded everything to the longest of all sequences. Each batch is as long as its own longest.",
            ),
        )
        if not abs(got - share) <= 1e-6:  # so that NaN is wrong too
            said = next((words for value, words in mistakes if abs(got - value) < 1e-6), None)
            return said or (
                f"For lengths {lengths} in batches {batches} there are {sum(pads)} pads in {sum(sizes)} positions; "
                f"you say {got:.3f}."
            )
    return None
