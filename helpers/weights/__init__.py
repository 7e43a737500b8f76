"""Which weights a notebook runs on, and how they come here."""

from helpers.weights.choice import describe, resolve
from helpers.weights.inspection import damage
from helpers.weights.roles import EMBEDDED, ROLES, CheckpointError, Role

__all__ = ["EMBEDDED", "ROLES", "CheckpointError", "Role", "damage", "describe", "resolve"]
