"""Adding: jobs are done one after another, in a thread that lets questions go first.

Renews the leases of the jobs that it holds and takes over those of workers that are gone.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from api.http.jobs import LEASE_SECONDS, JobRecord, Jobs
from api.http.opened import Collections, step_back
from api.http.pools import Pool
from index.build import BuildReport, add, add_posted, remove
from index.errors import ChangedError, DatelineError, ModelError, StoreError
from index.load import Fetch
from index.sqlite.store import SqliteStore

T = TypeVar("T")
log = logging.getLogger(__name__)
# How often a change is worked out anew where another process was quicker.
TRIES = 5
FAILED_HERE = "the storage or the model failed; the log of the service says why"


class Adding:
    """The changes that a worker makes to its collections. Used from one event loop.

    Args:
        collections: what is changed.
        writing: the thread for it.
        fetch: gets what stands at an address.
        folders: gives the collections whose abandoned jobs are taken over.
    """

    def __init__(
        self,
        collections: Collections,
        writing: Pool,
        fetch: Fetch,
        folders: Callable[[], Sequence[Path]],
    ) -> None:
        self._collections = collections
        self._writing = writing
        self._fetch = fetch
        self._folders = folders
        self._held: dict[str, Path] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(
        self, folder: Path, request: Mapping[str, Any], key: str | None, wait: float
    ) -> tuple[JobRecord, bool]:
        """Accept an addition, and return it once it is over or `wait` seconds have passed.

        Returns:
            The job, and whether it is new: else the key brought it before.

        Raises:
            OtherRequestError: the key came before with another request.
            ProblemError: too many changes are waiting.
            StoreError: it cannot be kept.
        """
        self._writing.check()
        jobs = Jobs(folder)
        job, is_new = await asyncio.to_thread(jobs.accept, request, key=key)
        if is_new:
            task = self._begin(folder, job)
            await asyncio.wait({task}, timeout=wait)
        return await asyncio.to_thread(jobs.read, job.id) or job, is_new

    async def remove(self, folder: Path, article: str, seconds: float) -> int:
        """Remove an article; return how many are left.

        Raises:
            UnknownArticleError: it is not there.
            StoreError: it cannot be removed.
        """

        def work() -> int:
            with closing(SqliteStore(folder)) as store:
                return remove([article], store).articles

        return await self._writing.run(lambda: _until_done(work), seconds)

    async def keep_up(self) -> None:
        """Renew what is held and take over what is abandoned, until cancelled."""
        while True:
            for folder in await asyncio.to_thread(self._folders):
                held = {job for job, where in self._held.items() if where == folder}
                try:
                    if held:
                        await asyncio.to_thread(Jobs(folder).renew, held)
                    for job in await asyncio.to_thread(Jobs(folder).take_over):
                        log.warning("job %s was abandoned: it is done here", job.id)
                        self._begin(folder, job)
                except StoreError:
                    log.exception("the jobs of a collection cannot be looked after")
            await asyncio.sleep(LEASE_SECONDS / 3)

    async def finish(self) -> None:
        """Wait for the jobs that are held."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, folder: Path, job: JobRecord) -> asyncio.Task[None]:
        self._held[job.id] = folder
        task = asyncio.create_task(self._done(folder, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _done(self, folder: Path, job: JobRecord) -> None:
        try:
            # A job takes as long as it takes: its caller polls.
            await self._writing.run(lambda: self._do(folder, job), seconds=None)
        except Exception:
            log.exception("job %s could not be recorded", job.id)
        finally:
            del self._held[job.id]

    def _do(self, folder: Path, job: JobRecord) -> None:
        step_back()
        jobs = Jobs(folder)
        if not jobs.start(job.id):
            return
        try:
            report = self._add(folder, job.request)
        except (StoreError, ModelError):
            log.exception("job %s", job.id)
            jobs.fail(job.id, FAILED_HERE)
        except DatelineError as error:
            jobs.fail(job.id, str(error))
        except Exception:
            log.exception("job %s", job.id)
            jobs.fail(job.id, FAILED_HERE)
        else:
            jobs.finish(job.id, _result(report))

    def _add(self, folder: Path, record: Mapping[str, str]) -> BuildReport:
        def work() -> BuildReport:
            model = self._collections.model_for(folder)
            with closing(SqliteStore(folder, create=True)) as store:
                if "text" in record:
                    return add_posted(record, store, model)
                return add([record["url"]], store, model, fetch=self._fetch)

        return _until_done(work)


def _until_done(work: Callable[[], T]) -> T:
    """Return what a change gives, worked out anew where another process was quicker."""
    for _ in range(TRIES - 1):
        with suppress(ChangedError):
            return work()
    return work()


def _result(report: BuildReport) -> dict[str, Any]:
    refused = [{"place": skip.place, "reason": skip.reason} for skip in report.refused]
    return {
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": list(report.unchanged),
        "refused": refused,
    }
