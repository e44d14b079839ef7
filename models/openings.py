"""When DS2 was opened, what was tested there, and what was decided after it.

Kept by hand, and printed in the model card: figures on a test set are worth as much as this list is short.
"""

from typing import Final

OPENINGS: Final[tuple[str, ...]] = (
    "1. The first net of this recipe, as cross-validation in DS1 left it: nothing decided.",
)
