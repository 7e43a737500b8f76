"""`python -m helpers.weights`: fetch what the current choice needs, print the table."""

from helpers.weights.choice import main

main()
