"""Live explorers, one a file: a pure `render(…) -> str` each, in a small shell of widgets."""
