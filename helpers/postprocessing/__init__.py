"""Logits to answers: what notebook 04 shows and asks."""
