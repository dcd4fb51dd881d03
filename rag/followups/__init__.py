"""Follow-ups: the steps by which `rag.conversation` makes a question stand alone."""
