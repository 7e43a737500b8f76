"""What the explorers and figures of all rooms share."""
