"""Figures, each beside a peer or a limit from the same run: `python -m benchmarks`. docs/figures.md explains them."""
