"""Measuring: golden questions, metrics and benchmarks, asking what a user would ask."""
