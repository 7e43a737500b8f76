"""Question answering over a text of any length, built in the open by notebook 07."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

BEST = 12  # spans of a window that the removed pipeline widened, for one answer


def answer(
    question: str,
    context: str,
    tokenizer: Any,
    model: Any,
    *,
    align_to_words: bool = False,
    max_answer_tokens: int = 15,
    max_tokens: int = 384,
) -> dict[str, Any]:
    """The span of `context` that answers `question`: `{"answer", "score", "start", "end"}`, places
    in characters.

    The context is read in windows of `max_tokens` tokens, question included; two of them share half
    a window, 128 tokens at most. The score is P(start) · P(end), each a softmax over the context's
    tokens and `[CLS]`. Spans that read the same, but for capitals, are one answer, and their scores
    are added up: the pipeline that transformers 5.3 removed did so. `align_to_words`: as it did by
    default, the 12 best spans of each window are widened to whole words, not the best one as it is.
    `tokenizer`: a fast one with a pad token. `model`: for question answering, in eval mode. Raises
    ValueError for an empty question or context.
    """
    size = min(max_tokens, tokenizer.model_max_length)
    windows = tokenizer(
        *_not_empty(question=question, context=context),
        truncation="only_second",
        max_length=size,
        stride=min(size // 2, 128),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        padding=True,
        return_tensors="pt",
    )
    found: dict[str, dict[str, Any]] = {}
    count = BEST if align_to_words else 1
    for k, logits in enumerate(_logits(windows, tokenizer, model)):
        taken = torch.tensor([part == 1 for part in windows.sequence_ids(k)])
        doubt = windows["input_ids"][k] == tokenizer.cls_token_id
        for score, first, last in _best(*logits, taken, doubt, max_answer_tokens, count):
            start, end = _characters(windows, k, first, last, align_to_words)
            same = found.setdefault(
                context[start:end].lower(),
                {"answer": context[start:end], "score": 0.0, "start": start, "end": end},
            )
            same["score"] += score
    return max(found.values(), key=lambda one: one["score"])


def _not_empty(**texts: str) -> tuple[str, ...]:
    for name, text in texts.items():
        if not text.strip():
            raise ValueError(f"`{name}` cannot be empty")  # the removed pipeline's words
    return tuple(texts.values())


def _logits(windows: Any, tokenizer: Any, model: Any) -> Iterator[tuple[Tensor, Tensor]]:
    """Start and end logits of each window: float32 [tokens] each, on the CPU."""
    names = [name for name in tokenizer.model_input_names if name in windows]
    with torch.inference_mode():
        output = model(**{name: windows[name].to(model.device) for name in names})
    return zip(output.start_logits.float().cpu(), output.end_logits.float().cpu(), strict=True)


def _best(
    start: Tensor, end: Tensor, taken: Tensor, doubt: Tensor, longest: int, count: int
) -> list[tuple[float, int, int]]:
    """The `count` best spans of a window, best first: (score, first token, last token).

    `start`, `end`: logits [tokens]. `taken`, `doubt`: bool [tokens], the context's tokens and
    `[CLS]`.
    """
    start, end = (z.masked_fill(~(taken | doubt), -torch.inf).softmax(dim=0) for z in (start, end))
    spans = start[:, None] * end[None, :]
    allowed = torch.ones_like(spans, dtype=torch.bool).triu().tril(longest - 1)
    allowed &= taken[:, None] & taken[None, :]
    best = spans.masked_fill(~allowed, -1).flatten().topk(min(count, int(allowed.sum())))
    cells = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return [(score, *divmod(i, len(start))) for score, i in cells]


def _characters(windows: Any, k: int, first: int, last: int, align: bool) -> tuple[int, int]:
    """The characters of a span of window `k`, [start, end); with `align`, in whole words."""
    if not align:
        offsets = windows["offset_mapping"][k]
        return int(offsets[first][0]), int(offsets[last][1])
    words = windows.token_to_word(k, first), windows.token_to_word(k, last)
    starts, ends = (windows.word_to_chars(k, word, sequence_index=1) for word in words)
    return starts.start, ends.end
