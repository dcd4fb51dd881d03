"""Dates that words mean: relative words in articles, periods in questions, how fresh evidence is.

`resolve` finds the words of an article whose date follows from when it was published ("on Friday",
"next week") and says the date; where it does not follow surely, it says nothing. `asked` finds the
period that a question names, and tells whether it asks for the present; `freshness` compares the
dates of candidates. Everything here is a pure function of texts and dates: nothing reads a clock.

`index.dates` reads dates that are written out in full; here are those that are not.
"""
