"""Numbers to be read from across the room, in half blocks."""

from typing import Final

_FONT: Final = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "-": ("   ", "   ", "###", "   ", "   "),
    " ": ("   ",) * 5,
}
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def large(text: str, scale: int) -> list[str]:
    """`text` of digits, dashes and spaces: 3 rows of cells at scale 1, 5 at scale 2, where a digit is 6 cells wide."""
    pixels = [_pixel_row(text, row, scale) for row in range(5) for _ in range(scale)]
    if len(pixels) % 2:
        pixels.append(" " * len(pixels[0]))
    return [_cells(upper, lower) for upper, lower in zip(pixels[::2], pixels[1::2], strict=True)]


def width(characters: int, scale: int) -> int:
    """Cells across."""
    return characters * 4 * scale - scale


def _pixel_row(text: str, row: int, scale: int) -> str:
    return " ".join(_FONT[character][row] for character in text).translate(
        {ord("#"): "#" * scale, ord(" "): " " * scale}
    )


def _cells(upper: str, lower: str) -> str:
    return "".join(_HALVES[a == "#", b == "#"] for a, b in zip(upper, lower, strict=True))
