"""Which weights a notebook runs on, and how they come here."""

from helpers.weights.choice import (
    EMBEDDED,
    ROLES,
    CheckpointError,
    Role,
    damage,
    describe,
    resolve,
)

__all__ = ["EMBEDDED", "ROLES", "CheckpointError", "Role", "damage", "describe", "resolve"]
