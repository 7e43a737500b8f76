"""What the checks of all rooms share."""

from helpers.exercises.diagnosis import check, tried
from helpers.exercises.form import check_function, check_value, does, other_shape, turned
from helpers.exercises.verdict import summary

__all__ = [
    "check",
    "check_function",
    "check_value",
    "does",
    "other_shape",
    "summary",
    "tried",
    "turned",
]
