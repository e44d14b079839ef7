"""The pages answer a scraper, and no request harms them."""

import asyncio
from http import HTTPStatus

import pytest

from monitor.health_server import Page, health_page, serve

PAGES = {"/readyz": lambda: health_page(("behind",)), "/metrics": lambda: Page(HTTPStatus.OK, b"x 1\n", "text/x")}


async def answer_to(request: bytes) -> tuple[str, str]:
    """Status line and body."""
    async with await serve("127.0.0.1", 0, PAGES) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(request)
        writer.write_eof()
        answer = (await reader.read()).decode()
        writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return head.split("\r\n")[0], body


@pytest.mark.parametrize(
    ("request_line", "status", "body"),
    [
        ("GET /metrics HTTP/1.1", "200 OK", "x 1\n"),
        ("GET /metrics?name=x HTTP/1.1", "200 OK", "x 1\n"),
        ("GET /readyz HTTP/1.0", "503 Service Unavailable", "behind\n"),
        ("GET / HTTP/1.1", "404 Not Found", "/readyz\n/metrics\n"),
        ("POST /metrics HTTP/1.1", "405 Method Not Allowed", "only GET\n"),
        ("nonsense", "400 Bad Request", ""),
    ],
)
async def test_a_request_has_its_answer(request_line: str, status: str, body: str) -> None:
    assert await answer_to(f"{request_line}\r\nHost: x\r\n\r\n".encode()) == (f"HTTP/1.1 {status}", body)


@pytest.mark.parametrize("request_bytes", [b"", b"GET /metrics", b"\xff\x00\r\n" * 9, b"x" * 100_000])
async def test_half_a_request_or_an_endless_one_has_none(request_bytes: bytes) -> None:
    assert (await answer_to(request_bytes))[1] == ""


def test_nothing_wrong_is_ok() -> None:
    assert health_page(()) == Page(HTTPStatus.OK, b"ok\n")
