"""Web: what is at an address is fetched, and nothing that is not on the public internet."""
