"""What speed and memory do as a collection grows to a million passages: `python -m evals.scale`."""
