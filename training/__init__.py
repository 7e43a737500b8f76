"""How the embedded checkpoint in checkpoints/ was made. Nothing here is needed to use it."""
