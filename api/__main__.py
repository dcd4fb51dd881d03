"""`python -m api` is `dateline`."""

from api.cli import main

main()
