"""Comparing: what news sentences state, read so that two of them can be compared.

Quantities, moments, names and denials are recognised by rules, in English. Imports nothing heavy.
"""
