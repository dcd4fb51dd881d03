"""A question in, a checked and cited answer out.

The steps, in the order in which a question meets them: `question` (is it one?), `retrieve`
(question -> ranked hits), `evidence` (hits -> scored sentences), `answer` (sentences -> a draft, or
an abstention), `cite` (draft -> sentences tied to exact quotations), `pipeline` (one call that does
it all). Nothing here knows about HTTP or the terminal.
"""
