"""Stands for Colab's own package: the set-up cell asks for its shell, helpers for the package."""
