"""`dateline serve`: the HTTP service on the command line."""

import os
import re
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import typer

from api.access.errors import AccessError
from api.options import Data, NoReader
from api.settings import Settings
from api.streams import reported
from index.errors import NoCollectionError

# Its scheme, host and port; "*" would open the service to every page.
ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]+)?")


def serve(  # noqa: PLR0913 - one for each option
    data: Data = None,
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes.")] = 1,
    queue: Annotated[
        int, typer.Option(min=0, help="How many may wait in each before 503 is answered.")
    ] = 64,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a request may take.")] = 60,
    per_minute: Annotated[
        int,
        typer.Option(min=0, max=1_000_000, help="Requests of a key in a minute; 0: any number."),
    ] = 600,
    at_once: Annotated[int, typer.Option(min=1, max=4096, help="Requests of a key at once.")] = 32,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="A web origin whose pages may ask; once for each."),
    ] = None,
    no_reader: NoReader = False,
) -> None:
    """Answer over HTTP, until stopped. The page /docs says how to ask.

    Without keys it answers this machine alone; `dateline keys` makes them.

    Example: dateline serve --port 8000
    """
    from api.access.keys import Keys  # noqa: PLC0415 - not for --help
    from api.access.limits import Limits  # noqa: PLC0415
    from api.http.loopback import is_loopback  # noqa: PLC0415
    from api.opening import open_pipeline  # noqa: PLC0415

    origins = tuple(_checked_origin(one) for one in origin or ())
    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        # Keys that cannot be read are said here too, and not to each caller.
        opened = Keys(settings.data).usable()
        if not opened and not is_loopback(host):
            raise AccessError(
                f"{host} can be reached from other machines, so the service needs a key: make one "
                "with `dateline keys create NAME`, or listen on 127.0.0.1"
            )
        # What cannot be served is said before anything listens; an empty collection can be filled.
        with suppress(NoCollectionError):
            # The service quotes: no language model is loaded for it.
            quoting = replace(settings, model=None)
            open_pipeline(quoting, reads=not no_reader, keeps=False).store.close()
        from api.http.serving import serve as serve_http  # noqa: PLC0415 - slow to import
        from api.http.settings import ServiceSettings  # noqa: PLC0415
        from index.onnx import processors  # noqa: PLC0415

        service = ServiceSettings(
            data=settings.data,
            exports=settings.exports,
            embedder=settings.embedder,
            reads=not no_reader,
            threads=max(1, processors() // workers),
            waiting=queue,
            seconds=timeout,
            limits=Limits(per_minute, at_once),
            origins=origins,
            keep_answers=settings.keep_answers,
        )
        serve_http(service, host=host, port=port, workers=workers)


def _checked_origin(text: str) -> str:
    if ORIGIN.fullmatch(text) is None:
        raise typer.BadParameter(
            f"{text!r} is no origin: write it as a browser does, such as https://news.example.org, "
            "without a path",
            param_hint="--origin",
        )
    return text
