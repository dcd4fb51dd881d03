"""The chat: a conversation with a collection, in a terminal or through a pipe."""
