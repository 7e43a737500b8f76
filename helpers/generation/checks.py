"""Checks of notebook 06."""

from collections.abc import Callable

import torch

from helpers.exercises import check_function, does, other_shape, turned


def _until(row: list, eos: int, keep: int = 0, else_drop: int = 0) -> list:
    """A row up to its end, `keep` = 1 with it; without an end, all but the last `else_drop`."""
    return row[: row.index(eos) + keep] if eos in row else row[: len(row) - else_drop]


def _rows(change: Callable[[list, int], list], first: int = 0) -> Callable[..., list]:
    """What `change(row, eos)` makes of each row's new tokens; `first` = 1: of the whole row."""
    return lambda ids, prompt_length, eos: [
        change(row if first else row[prompt_length:], eos) for row in ids.tolist()
    ]


@check_function(
    right=lambda ids, prompt_length, eos: _rows(_until)(ids, prompt_length, eos),
    case="For {ids}, prompt_length={prompt_length}, eos={eos}: ",
    kinds=[
        (torch.Tensor, "return a list of lists, one a row; a tensor has .tolist()."),
        (object, "return a list of lists, one a row; yours is {kind}."),
    ],
    slips=[
        (
            lambda got, wanted, *_: len(got) != len(wanted),
            lambda got, wanted, *_: f"there are {len(wanted)} rows, your list has {len(got)}.",
        ),
        (
            does(_rows(lambda row, eos: row)),
            "the prompt is cut off, but what stands behind the end is still there.",
        ),
        (
            does(_rows(lambda row, eos: _until(row, eos, keep=1))),
            "you keep the end token. The reader wants the text before it.",
        ),
        (
            does(_rows(lambda row, eos: _until(row, eos, else_drop=1))),
            "a row that was stopped by the limit has no end token: keep all of it. You drop its "
            "last token.",
        ),
        (
            does(_rows(lambda row, eos: [i for i in row if i != eos])),
            "you remove each end, and keep what comes after the first. Cut there instead.",
        ),
        (
            does(_rows(_until, first=1)),
            "cut off the prompt first: a pad in it may be the same id as the end.",
        ),
    ],
    otherwise="the answer is {wanted}; yours is {got}.",
)
def new_tokens() -> list[tuple]:
    """6.1: `function(ids, prompt_length, eos)`, int64 [batch, sequence], gives a list a row."""
    rows = [[2, 7, 8, 5, 6, 2, 2], [9, 9, 4, 3, 5, 6, 7], [2, 2, 3, 2, 2, 2, 2]]
    return [
        (torch.tensor(rows), 3, 2),
        (torch.tensor([[0, 5, 6, 1, 0], [5, 5, 6, 6, 1]]), 2, 1),
        (torch.tensor([[4, 5, 6, 7, 3]]), 1, 8),
        (torch.tensor([[4, 6, 5, 6, 9, 6]]), 1, 6),
        (torch.tensor([[3, 5, 0, 9, 0]]), 1, 0),
    ]


def _border(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Which tokens go: bool [batch, vocabulary]."""
    probabilities = logits.softmax(dim=-1)
    return probabilities < p * probabilities.amax(dim=-1, keepdim=True)


def _without(gone: Callable[..., torch.Tensor], fill: float = -torch.inf) -> Callable:
    return lambda logits, p: logits.masked_fill(gone(logits, p), fill)


@check_function(
    right=lambda logits, p: _without(_border)(logits, p),
    case="p = {p}: ",
    kinds=[(object, "return a tensor of the shape {wanted_shape}; yours is {kind}.")],
    slips=[
        (other_shape, "return a tensor of the shape {wanted_shape}; yours is {got_shape}."),
        (
            lambda got, wanted, logits, p: p == 1 and (got == -torch.inf).all(),
            "nothing is left. A token at the border stays, the most probable one at least: < and "
            "not <=.",
        ),
        (
            does(_without(_border, fill=0.0)),
            "the right tokens go, but to the logit 0, which is a logit like any other. "
            "Fill with -torch.inf.",
        ),
        (
            does(lambda logits, p: logits.softmax(dim=-1).masked_fill(_border(logits, p), 0.0)),
            "you return probabilities. Return logits: other filters may follow, and softmax comes "
            "last.",
        ),
        (
            does(_without(lambda logits, p: logits.softmax(dim=-1) < p)),
            "you compare with p itself. The border is p times the largest probability of the row.",
        ),
        (
            does(_without(lambda logits, p: (s := logits.softmax(dim=-1)) < p * s.max())),
            "your border is the same for the whole batch. Each row has its own largest: dim=-1, "
            "keepdim=True.",
        ),
        (
            does(_without(lambda logits, p: logits < p * logits.amax(dim=-1, keepdim=True))),
            "you compare logits. The rule is about probabilities: softmax first.",
        ),
        (
            does(_without(lambda logits, p: ~_border(logits, p))),
            "you filter the tokens that should stay. Is your comparison the right way round?",
        ),
        (
            does(lambda logits, p: _without(_border)(logits, p).log_softmax(dim=-1)),
            "the right tokens go, but the others have changed. Leave their logits as they are.",
        ),
    ],
    otherwise=lambda got, wanted, logits, p: (
        f"row {(row := int((got != wanted).any(dim=-1).nonzero()[0]))} should keep columns "
        f"{wanted[row].isfinite().nonzero()[:, 0].tolist()} as they are and have -inf elsewhere."
    ),
)
def min_p() -> list[tuple]:
    """6.2: `function(logits, p)` filters what is below `p` times the row's largest probability."""
    spread = (
        [2.0, 1.0, 0.0, -1.0, -3.0],
        [0.1, 0.0, -0.1, 0.2, -4.0],
        [-9.0, -7.0, -8.5, -6.0, -6.1],
    )
    random = torch.randn(2, 9, generator=torch.Generator().manual_seed(0))
    return [*((torch.tensor(spread), p) for p in (0.1, 0.3, 0.9, 1.0)), (4 * random, 0.05)]


def _bytes(batch: int, tokens: int, layers: int, kv_heads: int, width: int, size: int) -> int:
    return 2 * batch * tokens * layers * kv_heads * width * size


def _by(place: int) -> Callable[..., float]:
    """The bytes divided by one of the arguments."""
    return lambda *case: _bytes(*case) / case[place]


@check_function(
    right=_bytes,
    case="For batch={batch}, tokens={tokens}, layers={layers}, kv_heads={kv_heads}, width={width}, "
    "size={size} it is {wanted:,} bytes. ",
    slips=[
        (
            turned(lambda wanted: wanted // 2),
            "That is the keys alone, or the values alone. Both are kept.",
        ),
        (
            turned(lambda wanted: wanted * 3 // 2),
            "Three kinds? Queries are not kept: nobody asks again.",
        ),
        (does(_by(5)), "That is a count of numbers. Each takes `size` bytes."),
        (does(_by(2)), "That is one layer. Each layer has keys and values of its own."),
        (does(_by(0)), "That is one row. Each row of the batch keeps its own."),
        (does(_by(3)), "That is one head."),
        (
            does(lambda batch, tokens, *rest: _bytes(batch, tokens * tokens, *rest)),
            "You count pairs of tokens. Attention computes these, and keeps none of them.",
        ),
    ],
    otherwise="You say {got:,}.",
)
def cache_bytes() -> list[tuple]:
    """6.3: `function(batch, tokens, layers, kv_heads, width, size)` gives the cache's bytes."""
    return [(1, 1, 1, 1, 1, 1), (1, 1000, 30, 3, 64, 4), (8, 4096, 32, 8, 128, 2)]


def _sums(
    make: Callable[[torch.Tensor], torch.Tensor], first: int = 0, shift: int = 1
) -> Callable[..., torch.Tensor]:
    """Sums over new tokens, from the `first` on, of what the row `shift` before says of each."""

    def run(logits: torch.Tensor, ids: torch.Tensor, prompt_length: int) -> torch.Tensor:
        start = prompt_length + first
        values = make(logits)[:, start - shift : ids.shape[1] - shift]
        return values.gather(2, ids[:, start:, None])[:, :, 0].sum(dim=1)

    return run


def _log_p(logits: torch.Tensor) -> torch.Tensor:
    return logits.log_softmax(dim=-1)


def _from_the_prompt(logits: torch.Tensor, ids: torch.Tensor, _: int) -> torch.Tensor:
    return _sums(_log_p)(logits, ids, 1)


_score = _sums(_log_p)


@check_function(
    right=lambda logits, ids, prompt_length: _score(logits, ids, prompt_length),
    kinds=[(object, "Return one number a row: a tensor of shape {wanted_shape}. Yours is {kind}.")],
    slips=[
        (
            other_shape,
            "Return one number a row: a tensor of shape {wanted_shape}. Yours is {got_shape}.",
        ),
        (
            does(_sums(_log_p, shift=0)),
            "You read each token in its own row of the logits. A row is about the token after its "
            "position: shift by one.",
        ),
        (does(_from_the_prompt), "Your sum begins in the prompt. Only the new tokens count."),
        (
            does(_sums(_log_p, first=1)),
            "The first new token is missing. The last row of the prompt is about it.",
        ),
        (
            lambda got, wanted, logits, ids, length: torch.allclose(
                got.double() * (ids.shape[1] - length), wanted.double(), rtol=0, atol=1e-3
            ),
            "That is a mean. The exercise asks for the sum.",
        ),
        (
            does(_sums(lambda logits: logits)),
            "These are logits. Log-probabilities: log_softmax over the vocabulary first.",
        ),
        (
            does(_sums(lambda logits: logits.softmax(dim=-1))),
            "You add probabilities. Of a text they are multiplied; their logarithms are added.",
        ),
        (turned(torch.neg), "The sign: a log-probability is never above 0. Yours is the loss."),
        (
            turned(torch.exp),
            "That is the probability of the text. The exercise asks for its logarithm.",
        ),
    ],
    otherwise="The sums should be {wanted}; yours are {got}.",
    within=1e-4,
)
def score() -> list[tuple]:
    """6.4: `function(logits, ids, prompt_length)` gives summed log-probabilities."""
    random = torch.Generator().manual_seed(0)
    tried: list[tuple] = []
    for batch, length, prompt_length in ((1, 4, 2), (3, 6, 1), (2, 7, 4)):
        logits = 2 * torch.randn(batch, length, 9, generator=random)
        tried.append((logits, torch.randint(9, (batch, length), generator=random), prompt_length))
    return tried
