"""Who may use a service, of which collection and how much. Knows nothing of HTTP."""
