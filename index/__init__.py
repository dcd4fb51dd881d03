"""Articles in, searchable passages out.

The steps, in the order in which an article meets them: `load` (a file or address becomes
Articles), `chunk` (an Article becomes Passages made of sentences), `embed` (a Passage becomes unit
vectors), `store` (all of it is kept and searched), `build` (the steps together). Nothing here
knows about questions, answers or who asks.
"""
