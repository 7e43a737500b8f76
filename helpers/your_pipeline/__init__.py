"""Notebook 09: the reader's own pipeline beside the library, and ten broken ones to repair."""
