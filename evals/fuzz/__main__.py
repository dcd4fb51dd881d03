"""`python -m evals.fuzz`."""

import sys

from evals.fuzz.run import main

if __name__ == "__main__":
    sys.exit(main())
