"""Static figures that a notebook shows once, one module a notebook."""
