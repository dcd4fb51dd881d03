"""A small reader: which sentences of a passage answer a question, and whether any does."""
