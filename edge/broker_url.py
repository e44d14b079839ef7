"""Where a broker is, as one URL: mqtt://user:password@host:port."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class BrokerUrl(NamedTuple):
    """The parts of a broker's URL. Its text leaves the password out."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False

    @property
    def place(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.place}"

    def __repr__(self) -> str:
        return f"BrokerUrl({self})"


def parse_url(url: str) -> BrokerUrl:
    """The broker that `url` names; `mqtts` means TLS. Raises `ValueError`, without the password in its message."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("not a broker's URL: mqtt://user:password@host:port is") from None
    if parts.scheme not in _PORTS:
        raise ValueError(f"a broker's URL begins with mqtt:// or mqtts://, not {parts.scheme or 'nothing'}://")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a broker's URL is a host and perhaps a port: mqtt://host:1883")
    return BrokerUrl(
        parts.hostname,
        port or _PORTS[parts.scheme],
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
        parts.scheme == "mqtts",
    )
