"""Replay: an answer that was kept is compared with the collection as it is."""
