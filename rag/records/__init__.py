"""Records: answers are kept, each with its evidence as it was, so that they can be read again."""
