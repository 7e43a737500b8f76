"""The one door through which a check calls the reader's function; knows what may happen there."""

import contextvars
import copy
import ctypes
import dis
import inspect
import linecache
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

SECONDS = 10.0  # for one call; what the checks try takes milliseconds


class NotTried(Exception):
    """The exercise still holds its `...`."""


class Slip(Exception):
    """What the reader did wrong, in words; `verdict` is "wrong", "error" or "timeout"."""

    def __init__(self, words: str, verdict: str = "wrong"):
        super().__init__(words)
        self.verdict = verdict


def call(
    function: Any, arguments: Sequence[Any], forbidden: Mapping[str, Callable] | None = None
) -> Any:
    """Return `function(*arguments)`, called with copies, in its own thread, for at most SECONDS.

    `forbidden` maps names to functions that must not be called on the way. Raises NotTried for a
    function that still is, or returns, `...`; Slip if it can't be called so, raises, returns None,
    changes an argument, calls what is forbidden or does not end.
    """
    _refuse_what_cannot_be_called(function, arguments)
    given = [_copied(argument) for argument in arguments]
    watch = _Watch(forbidden or {})
    done = _in_a_thread(lambda: watch.run(function, given))
    if error := done.exception():
        raise _raised(function, error)
    got = done.result()
    if got is ...:
        raise NotTried
    if got is None:
        raise Slip("Your function returns nothing: is `return` missing?")
    if watch.seen:
        raise Slip(f"Your function calls {watch.seen}, which this exercise does without.")
    for name, before, after in zip(_names(function, given), arguments, given, strict=True):
        if not _unchanged(before, after):
            raise Slip(
                f"You changed {name} that was handed in: its owner still needs it. Make a new one: "
                "`x = x - …` for `x -= …`, `a + b` for `append`, masked_fill without underscore."
            )
    return got


def _refuse_what_cannot_be_called(function: Any, arguments: Sequence[Any]) -> None:
    if function is ... or _is_stub(function):
        raise NotTried
    if not callable(function):
        raise Slip(
            "Hand in the function itself, its name without parentheses; "
            f"this is a {type(function).__name__}."
        )
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        signature.bind(*arguments)
    except TypeError:
        raise Slip(
            f"Your function is called with {len(arguments)} argument(s); it takes {signature}."
        ) from None


def _is_stub(function: Any) -> bool:
    """Is there nothing in the function but `...`, `pass` or a docstring?"""
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    steps = list(dis.get_instructions(code)) if code else []
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    constants = {step.argval for step in steps if "CONST" in step.opname}
    return constants == {None} and all(step.opname in idle for step in steps)


def _copied(argument: Any) -> Any:
    if isinstance(argument, Mapping):
        return copy.copy(argument)
    data = isinstance(argument, (list, tuple, set, torch.Tensor, np.ndarray))
    return copy.deepcopy(argument) if data else argument


def _unchanged(before: Any, after: Any) -> bool:
    if isinstance(before, torch.Tensor):
        return before.shape == after.shape and torch.equal(before.nan_to_num(), after.nan_to_num())
    if isinstance(before, (list, tuple)):
        pairs = zip(before, after, strict=False)
        return len(before) == len(after) and all(_unchanged(a, b) for a, b in pairs)
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after)
    return before is after or before == after


def _names(function: Any, given: Sequence[Any]) -> list[str]:
    try:
        named = inspect.signature(function).bind(*given).arguments
    except (TypeError, ValueError):
        named = {}
    names = [f"`{name}`" for name in named]
    return names if len(names) == len(given) else ["an argument"] * len(given)


def _in_a_thread(work: Callable[[], Any]) -> Future:
    """Run `work()`; return its finished Future, or raise Slip after SECONDS.

    The limit of a thread holds on every system, and wherever a kernel runs its cells.
    """
    done: Future = Future()
    grad = torch.is_grad_enabled()  # of the calling thread alone

    def run() -> None:
        try:
            with torch.set_grad_enabled(grad):
                done.set_result(work())
        except BaseException as error:  # exit() too
            done.set_exception(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,), daemon=True)
    thread.start()
    if not wait([done], timeout=SECONDS).done:
        _stop(thread)
        raise Slip(
            f"Your function had not ended after {SECONDS:g} seconds. "
            "Does each turn of a `while` come nearer to its end?",
            "timeout",
        )
    return done


def _stop(thread: threading.Thread) -> None:
    """Raise SystemExit in the thread until it ends: an `except:` in a loop swallows some."""
    usual, deadline = sys.getswitchinterval(), time.monotonic() + SECONDS
    sys.setswitchinterval(1e-5)  # seconds: an exception soon meets the handler of the one before
    while thread.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
        )
        thread.join(0.001)
    sys.setswitchinterval(usual)


class _Watch(TorchFunctionMode):
    """Sees which of the forbidden functions are called, however they are reached."""

    def __init__(self, forbidden: Mapping[str, Callable]):
        super().__init__()
        self.seen: str | None = None
        self.names = {function.__name__: name for name, function in forbidden.items()}
        plain = {name: inspect.unwrap(function) for name, function in forbidden.items()}
        self.codes = {f.__code__: name for name, f in plain.items() if hasattr(f, "__code__")}

    def run(self, function: Callable, given: Sequence[Any]) -> Any:
        if not self.names:
            return function(*given)
        sys.setprofile(self._profile)  # of this thread alone
        try:
            with self:
                return function(*given)
        finally:
            sys.setprofile(None)

    def _profile(self, frame: Any, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in self.codes:
            self.seen = self.codes[frame.f_code]

    def __torch_function__(
        self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        name = getattr(function, "__name__", "").removeprefix("special_")
        self.seen = self.names.get(name, self.seen)
        return function(*args, **(kwargs or {}))


def _raised(function: Any, error: BaseException) -> Exception:
    if isinstance(error, TypeError) and "'ellipsis'" in str(error):
        return NotTried()
    words = f"Your code raised {type(error).__name__}: {error!s:.300}"
    file = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_filename", "")
    frames = traceback.walk_tb(error.__traceback__)
    own = [line for frame, line in frames if frame.f_code.co_filename == file]
    if own:
        words += f" (line {own[-1]}: {linecache.getline(file, own[-1]).strip()})"
    return Slip(words, "error")
