"""`dateline serve`: the HTTP service on the command line."""

import ipaddress
import os
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import typer

from api.options import Data, NoReader
from api.settings import Settings
from api.streams import reported
from index.errors import NoCollectionError


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
    no_reader: NoReader = False,
) -> None:
    """Answer over HTTP, until stopped, to this machine only. The page /docs says how to ask.

    Example: dateline serve --port 8000
    """
    from api.opening import open_pipeline  # noqa: PLC0415 - not for --help

    if not _is_loopback(host):
        # Whoever reaches the service may read and change the collection: it asks for no key.
        raise typer.BadParameter(
            f"{host} can be reached from other machines, and the service asks for no key: "
            "listen on 127.0.0.1, and put a proxy that asks for one before it"
        )
    settings = Settings.from_environment(os.environ, data=data)
    with reported():
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
            keep_answers=settings.keep_answers,
        )
        serve_http(service, host=host, port=port, workers=workers)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
