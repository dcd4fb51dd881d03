"""Cleaning: what a page says beside its story is told from the story, and read for its fields."""
