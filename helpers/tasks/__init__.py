"""The other tasks: what notebook 07 shows and asks."""
