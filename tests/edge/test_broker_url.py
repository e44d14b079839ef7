"""A broker's URL gives its parts, and never its password to a reader."""

import pytest

from edge.broker_url import BrokerUrl, parse_url


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("mqtt://localhost", ("localhost", 1883, None, None, False)),
        ("mqtt://10.0.0.1:1884/", ("10.0.0.1", 1884, None, None, False)),
        ("mqtts://broker.example", ("broker.example", 8883, None, None, True)),
        ("mqtt://bed-3:s%40fe%3A@host:99", ("host", 99, "bed-3", "s@fe:", False)),
        ("mqtt://[::1]:1883", ("::1", 1883, None, None, False)),
    ],
)
def test_a_url_gives_its_parts(text: str, parts: tuple[object, ...]) -> None:
    assert parse_url(text) == BrokerUrl(*parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "localhost:1883", "http://host", "mqtt://", "mqtt://host:port", "mqtt://host:99999",
     "mqtt://host/topic", "mqtt://host?x=1", "mqtt://u:secret@[half"],
)  # fmt: skip
def test_what_is_no_url_of_a_broker_is_refused_without_telling_its_password(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(not a|a) broker's URL") as raised:
        parse_url(text)
    assert "secret" not in str(raised.value)


def test_the_text_of_a_url_is_a_url_without_the_password() -> None:
    url = parse_url("mqtts://me:secret@[::1]:8884")
    assert str(url) == "mqtts://[::1]:8884"
    assert "secret" not in repr(url) + str(url) + f"{url}"
