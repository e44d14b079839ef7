"""From the symbols of WFDB annotations to the beat classes of ANSI/AAMI EC57:2012, table 3."""

from typing import Final

AAMI: Final[dict[str, str]] = {
    **dict.fromkeys("NLRej", "N"),
    **dict.fromkeys("AaJS", "S"),
    **dict.fromkeys("VE", "V"),
    "F": "F",
    **dict.fromkeys("/fQ", "Q"),
}
"""Every symbol that is a beat, and its class. What is not here (rhythm, noise, waves) is no beat.

`B`, `n`, `r`, `?` (bundle-branch block not said which, supraventricular escape, R-on-T, learning) do not occur in the
recordings used here and are left out rather than guessed.
"""
