"""Stands for Colab's own package: the set-up cell asks only whether it was imported."""
