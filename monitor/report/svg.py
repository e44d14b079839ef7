"""SVG as text: elements, and the scale that all charts of a page share."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from markupsafe import Markup, escape

_STEPS_S: Final = (60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400, 7 * 86_400)
_MOST_TICKS: Final = 10


def element(name: str, *inside: str | Markup, **attributes: object) -> Markup:
    """An element; `class_` is `class`, and `_` in other names is `-`. Text is escaped, numbers are kept short."""
    said = (f'{key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"' for key, value in attributes.items())
    head = " ".join((name, *said))
    content = Markup("").join(inside)
    return Markup(f"<{head}>{content}</{name}>") if inside else Markup(f"<{head}/>")


def text(x: float, y: float, words: str, anchor: str = "start", class_: str = "label") -> Markup:
    """Words at a place."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_)


def titled(title: str) -> Markup:
    """What a pointer that rests on the element shows."""
    return element("title", title)


class TimeScale(NamedTuple):
    """From time to x."""

    since_us: int
    until_us: int
    left: float
    right: float
    zone: tzinfo | None = None

    def x(self, us: int) -> float:
        """Clipped to the chart."""
        share = (us - self.since_us) / max(1, self.until_us - self.since_us)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """x and words, at round times."""
        span_s = (self.until_us - self.since_us) / 1e6
        step = next((step for step in _STEPS_S if span_s / step <= _MOST_TICKS), _STEPS_S[-1])
        offset = int(datetime.fromtimestamp(self.since_us / 1e6, self.zone).astimezone().utcoffset().total_seconds())  # type: ignore[union-attr]
        first = -(-(self.since_us // 1_000_000 + offset) // step) * step - offset
        form = "%H:%M" if step < 86_400 else "%d %b"
        for second in range(first, self.until_us // 1_000_000 + 1, step):
            yield self.x(second * 1_000_000), datetime.fromtimestamp(second, self.zone).strftime(form)


def _short(value: object) -> object:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
