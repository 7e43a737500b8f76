"""The door to the reader's function: every case that it knows, and its verdict."""

import functools
import threading
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from helpers.exercises import check_function, check_value, does, door, turned


@check_function(
    right=lambda x: x.softmax(dim=-1),
    slips=[
        (does(lambda x: x.softmax(dim=0)), "columns, {got_shape}"),
        (turned(torch.neg), "the sign"),
    ],
    otherwise="wanted {wanted} of {x}",
    forbids={"`softmax`": torch.softmax, "`cross_entropy`": F.cross_entropy},
)
def soft():
    return [(torch.tensor([[0.0, 1.0, 2.0]]),), (torch.tensor([[0.0, 1.0], [4.0, -2.0]]),)]


def right(x):
    return x.exp() / x.exp().sum(dim=-1, keepdim=True)


def untouched(x):
    """A docstring is no answer."""
    ...


def no_return(x):
    right(x)


def in_place(x):
    x -= x.max()
    return right(x)


def forever(x):
    while True:
        try:
            x = x + 1
        except:  # noqa: E722
            x = -x


def raises(x):
    rows = len(x)
    return rows / 0


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(door, "SECONDS", 2.0)


@pytest.mark.parametrize(
    "answer, kind, words",
    [
        (right, "right", "✓ Right."),
        (lambda x: right(x.double()), "right", "✓"),
        (lambda x: right(x).numpy(), "right", "✓"),
        (lambda x: right(x).tolist(), "right", "✓"),
        (lambda x: tuple(right(x)), "right", "✓"),
        (..., "not tried", "○ Not tried yet"),
        (untouched, "not tried", "○ Not tried yet"),
        (lambda x: ..., "not tried", "○ Not tried yet"),
        (lambda x: x + ..., "not tried", "○ Not tried yet"),
        (lambda x: x[0.5], "error", "raised IndexError"),
        (no_return, "wrong", "is `return` missing?"),
        (in_place, "wrong", "You changed `x`"),
        (raises, "error", "ZeroDivisionError: division by zero (line"),
        (raises, "error", "return rows / 0)"),
        (lambda x: nowhere, "error", "'nowhere' is not defined"),  # noqa: F821
        (lambda x: exit(), "error", "SystemExit"),
        (lambda: 1, "wrong", "1 argument(s); it takes ()"),
        (3, "wrong", "Hand in the function itself"),
        (forever, "timeout", "had not ended"),
        (lambda x: time.sleep(4), "timeout", "had not ended"),
        (lambda x: x.softmax(dim=-1), "wrong", "calls `softmax`"),
        (lambda x: torch.nn.Softmax(dim=-1)(x), "wrong", "calls `softmax`"),
        (lambda x: F.softmax(x, dim=-1), "wrong", "calls `softmax`"),
        (lambda x: torch.special.softmax(x, -1), "wrong", "calls `softmax`"),
        (functools.partial(torch.softmax, dim=-1), "wrong", "calls `softmax`"),
        (lambda x: F.cross_entropy(x, x) * 0 + right(x), "wrong", "calls `cross_entropy`"),
        (lambda x: right(x.T).T, "wrong", "columns, [1, 3]"),
        (lambda x: -right(x), "wrong", "the sign"),
        (lambda x: "soft", "wrong", "Return a tensor; yours is a str: 'soft'."),
        (lambda x: right(x)[0], "wrong", "shape should be [1, 3]; yours is [3]"),
        (lambda x: right(x) * 2, "wrong", "wanted [[0.09, 0.245, 0.665]] of [[0.0, 1.0, 2.0]]"),
        (lambda x: right(torch.arange(3.0)[None]), "wrong", "should be [2, 2]; yours is [1, 3]"),
    ],
)
def test_the_door_knows(answer, kind, words):
    verdict = soft.judge(answer)
    assert (verdict.kind, words in verdict.words) == (kind, True), verdict


def test_what_does_not_end_is_ended():
    before = set(threading.enumerate())
    soft.judge(forever)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)  # a busy machine ends it late
    assert set(threading.enumerate()) <= before


def test_an_error_of_the_check_is_its_own():
    @check_value(right=lambda: 1 / 0, slips=[], otherwise="")
    def broken():
        pass

    verdict = broken.judge(3)
    assert verdict.kind == "not judged" and "The check failed, not your code" in verdict.words


def test_a_check_works_in_any_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(soft.judge(right).kind))
    thread.start()
    thread.join()
    assert found == ["right"]


@pytest.mark.parametrize("got", [np.int64(3), torch.tensor(3), 3.0, np.array([3])])
def test_a_number_is_a_number(got):
    @check_value(right=lambda: 3, slips=[], otherwise="no")
    def three():
        pass

    assert three.judge(got).kind == "right"
    assert three.judge(True).kind == three.judge(4).kind == "wrong"
