"""Plumbing for the notebooks, and stages that an earlier notebook has built in the open."""
