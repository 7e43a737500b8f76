"""Text to ids: what notebook 02 shows and asks."""
