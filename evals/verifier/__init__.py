"""Verifier: the network beside the exact checks is trained, exported, calibrated and measured."""
