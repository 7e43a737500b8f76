"""Starts a kernel as Colab does, with its own package imported before the first cell."""

import google.colab  # noqa: F401
from ipykernel.kernelapp import launch_new_instance

launch_new_instance()
