"""Rules: what each endpoint asks of a key. What is not named here is closed as tightly as can be.

An endpoint that is added later needs a key without a word here: to read if it is asked by GET, to
write if by any other method.
"""

from dataclasses import dataclass

from api.access.keys import Scope

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What needs no key, and which requests only read although their method could change things.

    Attributes:
        public: paths that anyone may read; they tell nothing of a collection.
        asking: paths of which a POST only asks.
    """

    public: frozenset[str] = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
    asking: frozenset[str] = frozenset({"/v1/answers", "/v1/search", "/v1/chat/completions"})

    def needed(self, method: str, path: str) -> Scope | None:
        """Return the scope that a request needs, None where it needs no key."""
        if method in READING_METHODS:
            return None if path in self.public else Scope.READ
        return Scope.READ if method == "POST" and path in self.asking else Scope.WRITE
