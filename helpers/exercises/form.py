"""The one form of a check: what to try, what is right, lists of (what went wrong, words).

    @check_function(
        right=lambda logits: logits.softmax(dim=1),
        slips=[
            # the answer is what this gives, what this makes of the right one; this holds of it
            (does(lambda logits: logits.softmax(dim=0)), "Your columns …"),
            (turned(torch.neg), "The sign …"),
            (lambda got, wanted, logits: (got < 0).any(), "A probability …"),
        ],
        otherwise="It should be {wanted}; yours is {got}.",
    )
    def probabilities():
        "What to try: tuples of arguments for the reader's function."
        return [(logits,) for logits in …]

Lists are read from the top. `slips` see an answer of the right kind; those before `other_shape` may
see another shape. `kinds` are read when the answer can't be read as the right kind: a type, or a
test of the answer as it is. Words are formatted with `got`, `wanted`, `got_shape`, `wanted_shape`,
`kind` and the names of the parameters of `right`, or are a function of what a test is given.
Without `otherwise` the exercise is open: any answer is right that no slip speaks against.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.exercises import door
from helpers.exercises.door import NotTried, Slip
from helpers.exercises.kept import keep
from helpers.exercises.kinds import Unfit, described, fitted, same, shown
from helpers.exercises.verdict import Verdict, expect, give

Test = Callable[..., Any]
Words = str | Callable[..., str]
UNTOUCHED = "○ Not tried yet: replace the ... and run this cell again."
SHAPE = "The shape should be {wanted_shape}; yours is {got_shape}."


def does(wrong: Callable[..., Any]) -> Test:
    """A test: is the answer what `wrong` gives for the same arguments?"""
    return lambda got, wanted, *given: same(got, wrong(*given))


def turned(wrong: Callable[[Any], Any]) -> Test:
    """A test: is the answer what `wrong` makes of the right one?"""
    return lambda got, wanted, *given: same(got, wrong(wanted))


def other_shape(got: Any, wanted: Any, *given: Any) -> bool:
    """A test: has the tensor another shape than the right one?"""
    return got.shape != wanted.shape


@dataclass
class Check:
    """The check of one exercise; called with an answer, and things of the notebook, it prints."""

    tries: Callable[..., Any] | None  # None: the answer is a value, not a function
    right: Callable[..., Any]
    slips: Sequence[tuple[Test, Words]]
    otherwise: Words | None = None
    kinds: Sequence[tuple[type | Test, Words]] = ()
    case: Words = ""  # goes before the words: "For {ids}: "
    within: float = 1e-5
    forbids: Mapping[str, Callable] = field(default_factory=dict)
    name: str = ""

    def __call__(self, answer: Any, *things: Any) -> None:
        """Print and keep the verdict on `answer`, keep a right function too; never raises."""
        verdict = self.judge(answer, *things)
        give(self.name, verdict)
        if self.tries and verdict.kind == "right":
            keep(self.name, answer)

    def judge(self, answer: Any, *things: Any) -> Verdict:
        """The verdict on `answer`."""
        try:
            for given in self.tries(*things) if self.tries else [()]:
                self._try(answer, given, things)
        except NotTried:
            return Verdict("not tried", UNTOUCHED)
        except Slip as slip:
            return Verdict(slip.verdict, f"✗ {slip}")
        except Exception as error:
            words = f"○ The check failed, not your code: {type(error).__name__}: {error!s:.200}"
            return Verdict("not judged", words)
        return Verdict("right", "✓ Right.")

    def _try(self, answer: Any, given: tuple, things: tuple) -> None:
        got = door.call(answer, given, self.forbids) if self.tries else _filled_in(answer)
        given = (*given, *things)
        wanted = self.right(*given)
        if self.otherwise is not None and same(got, wanted, self.within):
            return
        if words := self._words(got, wanted, given):
            raise Slip(words)

    def _words(self, got: Any, wanted: Any, given: tuple) -> str | None:
        try:
            fit = fitted(got, wanted)
        except Unfit:
            unlike = f"Return {described(wanted)}; yours is {{kind}}."
            words = _first(self.kinds, got, wanted, given) or unlike
            return self._formatted(words, got, wanted, given)
        said = _first(self.slips, fit, wanted, given)
        if said is None and getattr(fit, "shape", None) != getattr(wanted, "shape", None):
            said = SHAPE
        said = said or self.otherwise
        return said and self._formatted(said, fit, wanted, given)

    def _formatted(self, words: Words, got: Any, wanted: Any, given: tuple) -> str:
        names = dict(zip(inspect.signature(self.right).parameters, map(shown, given), strict=False))
        shapes = {"got_shape": _shape(got), "wanted_shape": _shape(wanted)}
        names |= {"got": shown(got), "wanted": shown(wanted), "kind": _kind(got), **shapes}
        return "".join(
            part.format(**names) if isinstance(part, str) else part(got, wanted, *given)
            for part in (self.case, words)
        )


def _first(rules: Sequence, got: Any, wanted: Any, given: tuple) -> Words | None:
    for test, words in rules:
        if isinstance(got, test) if isinstance(test, type) else test(got, wanted, *given):
            return words
    return None


def _filled_in(answer: Any) -> Any:
    parts = answer if isinstance(answer, (tuple, list)) else [answer]
    if any(part is ... for part in parts):
        raise NotTried
    if any(part is None for part in parts):
        raise Slip(
            "This is None. Does the last step return nothing, as print() and list.sort() do?"
        )
    return answer


def _shape(value: Any) -> list | None:
    return list(value.shape) if hasattr(value, "shape") else None


def _kind(value: Any) -> str:
    """ "a list: ['good', 'ba" or "a Tensor of shape [2, 3]"."""
    name = type(value).__name__
    shape = _shape(value)
    about = f" of shape {shape}" if shape is not None else f": {value!r:.60}"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}{about}"


def check_function(*, right: Callable, slips: Sequence, **form: Any) -> Callable[[Callable], Check]:
    """Make a check of a reader's function out of a function that returns what to try.

    Its parameters are things of the notebook, which `right` and tests get after what is tried.
    """
    return lambda tries: _named(Check(tries, right, slips, **form), tries)


def check_value(*, right: Callable, slips: Sequence, **form: Any) -> Callable[[Callable], Check]:
    """Make a check of a value out of a function with a name, a docstring and nothing to do."""
    return lambda bare: _named(Check(None, right, slips, **form), bare)


def _named(check: Check, function: Callable) -> Check:
    functools.update_wrapper(check, function)
    check.name = f"{function.__module__.split('.')[-2]}.{function.__name__}"
    expect(check.name)
    return check
