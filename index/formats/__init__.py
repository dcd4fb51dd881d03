"""Formats: one module for each kind of document, from its bytes or text to Stories.

A reader knows its format and nothing of paths, ids, passages or storage. It raises ArticleError
when the document gives no story at all, and yields a Refusal for a part that gives none. The first
story of a page is its own; others that the page carries follow it.
"""
