"""Settings: what the environment says, read once.

A flag on the command line is stronger than the environment, the environment than the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.models import cache_folder

DEFAULT_DATA = Path(".dateline")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"


@dataclass(frozen=True, slots=True)
class Settings:
    """How Dateline runs.

    Attributes:
        data: the folder that holds the collection (DATELINE_DATA).
        exports: the folder in which models prepared for asking are kept (DATELINE_CACHE/models).
        embedder: the embedding model, by name or folder (DATELINE_EMBEDDER); None means the one
            that the collection was built with, and for a new collection the default.
    """

    data: Path
    exports: Path
    embedder: str | None

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        data: Path | None = None,
        embedder: str | None = None,
    ) -> "Settings":
        """Read the environment; what is given by name is stronger."""
        return cls(
            data=(data or Path(environment.get("DATELINE_DATA") or DEFAULT_DATA)).expanduser(),
            exports=cache_folder(environment) / "models",
            embedder=embedder or environment.get("DATELINE_EMBEDDER") or None,
        )
