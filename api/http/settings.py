"""Service settings: how one worker of the service runs, as a plain value that can be passed on."""

from dataclasses import dataclass, field
from pathlib import Path

from api.access.limits import Limits


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How the service runs.

    Attributes:
        data: the data folder.
        exports: the folder in which models prepared for asking are kept.
        embedder: the embedding model; None is the one that the collection was built with.
        reads: whether answers are read for by the reading models.
        threads: how many answers are made at once in a worker, and as many searches.
        waiting: how many more may wait for each of these before callers are sent away.
        seconds: how long a request may take.
        body_bytes: how long a request's body may be.
        limits: how much each key may ask.
        origins: the web origins whose pages may ask.
        keep_answers: how many answers of a collection are kept, the newest; 0 keeps none.
        reply_seconds: how long a caller waits for an article to go in before it gets a job to poll.
    """

    data: Path
    exports: Path
    embedder: str | None = None
    reads: bool = True
    threads: int = 2
    waiting: int = 64
    seconds: float = 60.0
    body_bytes: int = 4 * 1024**2
    limits: Limits = field(default_factory=Limits)
    origins: tuple[str, ...] = ()
    keep_answers: int = 10_000
    reply_seconds: float = 5.0
