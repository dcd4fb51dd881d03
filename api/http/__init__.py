"""The service over HTTP: the endpoints, and what keeps them answering.

`serving` starts it, `app` puts it together. Nothing in `rag` or `index` knows of it.
"""
