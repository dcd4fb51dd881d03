"""Who may ask what over HTTP, how often, and of which collection.

`gate` decides, `asgi` stands before a service; the rest is what they decide by. Nothing here knows
what the service answers.
"""
