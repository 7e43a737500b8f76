"""What the checks of all rooms share."""

from helpers.exercises.form import check_function, check_value, does, other_shape, turned
from helpers.exercises.verdict import summary

__all__ = ["check_function", "check_value", "does", "other_shape", "summary", "turned"]
