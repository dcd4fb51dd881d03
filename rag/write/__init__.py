"""Write: a language model writes an answer from numbered evidence; what leaves is decided here."""
