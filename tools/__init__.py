"""What an author of the course runs."""

from pathlib import Path

# Not a reader's copy, which ends with a digit: 02_learning_rate-Copy1.ipynb.
NOTEBOOKS = sorted(Path(__file__).parents[1].glob("notebooks/[0-9]*[a-z].ipynb"))
