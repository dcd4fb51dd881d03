"""SQLite: the store that ships, a collection in one folder on this machine."""
