"""Dateline beside other tools for the same passages and weights: `python -m evals.peers`."""
