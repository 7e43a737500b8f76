"""The small translator of exercise 7.4."""

import torch

import helpers.tasks.checks as checks


def test_the_small_translator_tells_mistakes_apart():
    model, ids, mask = checks._translator()
    right = model.generate(
        ids, attention_mask=mask, max_new_tokens=checks.STEPS, num_beams=1, do_sample=False
    )
    ends = [row.tolist().index(0) for row in right]
    assert len(set(ends)) >= 3 and right.shape[1] <= checks.STEPS
    assert torch.equal(right, checks._greedy(model, ids, mask, checks.STEPS))
