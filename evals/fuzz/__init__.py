"""Fuzz: documents that nobody would have written, for every reader; see `evals.fuzz.run`."""
