"""Verify: does what is cited support what was written?"""
