"""Checks of the exercises, one module a notebook."""

from helpers.checks.verdict import summary

__all__ = ["summary"]
