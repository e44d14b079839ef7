"""`/metrics`, `/healthz` and `/readyz`, answered by the loop that does the work: who hangs does not answer.

HTTP as far as a scraper needs it: one GET, one answer, the connection closed.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from http import HTTPStatus
from typing import Final, NamedTuple, TypeAlias

_PATIENCE_S: Final = 5.0
_LONGEST_REQUEST: Final = 8192
_TEXT: Final = "text/plain; charset=utf-8"


class Page(NamedTuple):
    """An answer."""

    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT


Pages: TypeAlias = Mapping[str, Callable[[], Page]]


def health_page(problems: tuple[str, ...]) -> Page:
    """200 where there are none, else 503 and what they are."""
    if problems:
        return Page(HTTPStatus.SERVICE_UNAVAILABLE, "\n".join((*problems, "")).encode())
    return Page(HTTPStatus.OK, b"ok\n")


async def serve(host: str, port: int, pages: Pages) -> asyncio.Server:
    """Listen, and answer by path. Raises `OSError`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError), closing(writer):
            async with asyncio.timeout(_PATIENCE_S):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(_page(request, pages)))
                await writer.drain()

    return await asyncio.start_server(answer, host, port, limit=_LONGEST_REQUEST)


def _page(request: bytes, pages: Pages) -> Page:
    match request.split(b"\r\n", 1)[0].split():
        case [b"GET", target, _]:
            page = pages.get(target.decode("latin-1").partition("?")[0])
            return page() if page else Page(HTTPStatus.NOT_FOUND, "\n".join((*pages, "")).encode())
        case [_, _, _]:
            return Page(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET\n")
    return Page(HTTPStatus.BAD_REQUEST, b"")


def _response(page: Page) -> bytes:
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(page.body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + page.body
