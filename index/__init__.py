"""Articles in, searchable passages out.

The steps, in the order in which an article meets them: `load` (a file or address becomes
Articles), `chunk` (an Article becomes Passages made of sentences), `embed` (a Passage becomes unit
vectors), `store` (all of it is kept and searched), `build` (the steps together). Nothing here
knows about questions, answers or who asks.
"""

import os

# Builds of onnxruntime report to their maker, and keep a number of this machine for it, unless this
# is set before they are first imported. Nothing of what is asked here leaves the machine.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
