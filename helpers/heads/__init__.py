"""Body and heads: what notebook 03 shows and asks."""
