"""The checks of notebook 06: the right answer passes, and each usual mistake is called by its name."""

import pytest
import torch

import helpers.generation.checks as checks


def verdict(capsys, check, *arguments):
    check(*arguments)
    return capsys.readouterr().out


def until_end(row, eos):
    return row[: row.index(eos)] if eos in row else row


def right_rows(ids, prompt_length, eos):
    return [until_end(row, eos) for row in ids[:, prompt_length:].tolist()]


@pytest.mark.parametrize(
    "function, words",
    [
        (right_rows, "✓ Right"),
        (
            lambda ids, prompt_length, eos: ids[:, prompt_length:].tolist(),
            "behind the end is still there",
        ),
        (
            lambda ids, prompt_length, eos: [
                row[: row.index(eos) + 1] if eos in row else row
                for row in ids[:, prompt_length:].tolist()
            ],
            "keep the end token",
        ),
        (
            lambda ids, prompt_length, eos: [
                row[: row.index(eos)] if eos in row else row[:-1]
                for row in ids[:, prompt_length:].tolist()
            ],
            "drop its last token",
        ),
        (
            lambda ids, prompt_length, eos: [
                [i for i in row if i != eos] for row in ids[:, prompt_length:].tolist()
            ],
            "Cut there",
        ),
        (
            lambda ids, prompt_length, eos: [until_end(row, eos) for row in ids.tolist()],
            "cut off the prompt first",
        ),
        (
            lambda ids, prompt_length, eos: right_rows(ids, prompt_length, eos)[:1],
            "3 rows, your list has 1",
        ),
        (lambda ids, prompt_length, eos: ids[:, prompt_length:], "list of lists"),
        (
            lambda ids, prompt_length, eos: [[1] for _ in ids],
            "the answer is [[5, 6], [3, 5, 6, 7], []]",
        ),
        (
            lambda ids, prompt_length, eos: [
                row[: row.index(eos)] for row in ids[:, prompt_length:].tolist()
            ],
            "raised ValueError",
        ),
        (lambda ids, prompt_length, eos: None, "Not tried yet"),
    ],
)
def test_new_tokens(capsys, function, words):
    assert words in verdict(capsys, checks.new_tokens, function)


def below(logits, p):
    probabilities = logits.softmax(dim=-1)
    return probabilities < p * probabilities.amax(dim=-1, keepdim=True)


def filtered_in_place(logits, p):
    return logits.masked_fill_(below(logits, p), -torch.inf)


@pytest.mark.parametrize(
    "function, words",
    [
        (lambda logits, p: logits.masked_fill(below(logits, p), -torch.inf), "✓ Right"),
        (lambda logits, p: logits.masked_fill(below(logits, p), 0.0), "to the logit 0"),
        (
            lambda logits, p: logits.softmax(dim=-1).masked_fill(below(logits, p), 0.0),
            "you return probabilities",
        ),
        (
            lambda logits, p: logits.masked_fill(logits.softmax(dim=-1) < p, -torch.inf),
            "compare with p itself",
        ),
        (
            lambda logits, p: logits.masked_fill(
                (soft := logits.softmax(dim=-1)) < p * soft.max(), -torch.inf
            ),
            "its own largest",
        ),
        (
            lambda logits, p: logits.masked_fill(
                logits < p * logits.amax(dim=-1, keepdim=True), -torch.inf
            ),
            "you compare logits",
        ),
        (lambda logits, p: logits.masked_fill(~below(logits, p), -torch.inf), "right way round"),
        (lambda logits, p: logits, "row 0 should keep columns"),
        (lambda logits, p: logits[0], "of the shape [3, 5]; yours is [5]"),
        (lambda logits, p: 3, "yours is a int"),
        (filtered_in_place, "changed the logits"),
        (lambda logits, p: None, "Not tried yet"),
    ],
)
def test_min_p(capsys, function, words):
    assert words in verdict(capsys, checks.min_p, function)


def all_bytes(batch, tokens, layers, kv_heads, width, size):
    return 2 * batch * tokens * layers * kv_heads * width * size


@pytest.mark.parametrize(
    "function, words",
    [
        (all_bytes, "✓ Right"),
        (lambda *case: all_bytes(*case) / 2, "keys alone"),
        (lambda *case: all_bytes(*case) // 2 * 3, "Queries are not kept"),
        (lambda *case: all_bytes(*case[:5], 1), "`size` bytes"),
        (lambda batch, tokens, layers, *rest: all_bytes(batch, tokens, 1, *rest), "one layer"),
        (lambda batch, *rest: all_bytes(1, *rest), "one row"),
        (
            lambda batch, tokens, layers, kv_heads, *rest: all_bytes(
                batch, tokens, layers, 1, *rest
            ),
            "one head",
        ),
        (lambda batch, tokens, *rest: all_bytes(batch, tokens**2, *rest), "pairs of tokens"),
        (lambda *case: 7, "it is 2 bytes. You say 7"),
        (lambda *case: "7", "one number"),
        (lambda *case: None, "Not tried yet"),
    ],
)
def test_cache_bytes(capsys, function, words):
    assert words in verdict(capsys, checks.cache_bytes, function)


def sums(values, ids, first):
    return values[:, first - 1 : -1].gather(2, ids[:, first:, None])[:, :, 0].sum(dim=1)


def right_score(logits, ids, prompt_length):
    return sums(logits.log_softmax(dim=-1), ids, prompt_length)


def not_shifted(logits, ids, prompt_length):
    return (
        logits[:, prompt_length:]
        .log_softmax(dim=-1)
        .gather(2, ids[:, prompt_length:, None])[:, :, 0]
        .sum(dim=1)
    )


@pytest.mark.parametrize(
    "function, words",
    [
        (right_score, "✓ Right"),
        (not_shifted, "shift by one"),
        (lambda logits, ids, prompt_length: right_score(logits, ids, 1), "begins in the prompt"),
        (
            lambda logits, ids, prompt_length: right_score(logits, ids, prompt_length + 1),
            "first new token is missing",
        ),
        (
            lambda logits, ids, prompt_length: (
                right_score(logits, ids, prompt_length) / (ids.shape[1] - prompt_length)
            ),
            "a mean",
        ),
        (sums, "These are logits"),
        (
            lambda logits, ids, prompt_length: sums(logits.softmax(dim=-1), ids, prompt_length),
            "You add probabilities",
        ),
        (lambda logits, ids, prompt_length: -right_score(logits, ids, prompt_length), "The sign"),
        (
            lambda logits, ids, prompt_length: right_score(logits, ids, prompt_length).sum(),
            "one number a row",
        ),
        (lambda logits, ids, prompt_length: torch.zeros(len(ids)), "yours are [0.0]"),
        (lambda logits, ids, prompt_length: None, "Not tried yet"),
    ],
)
def test_score(capsys, function, words):
    assert words in verdict(capsys, checks.score, function)
