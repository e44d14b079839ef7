"""The files that come with the package."""

from importlib.resources import files
from pathlib import Path

from edge.classifier import Model, load


def shipped_model() -> Path:
    """The beat classifier that is used where none is named."""
    return Path(str(files("models"))) / "artifacts" / "beats.tflite"


def load_model(path: str | Path | None = None) -> Model:
    """The model at `path`, or the shipped one. Raises `ModelMismatch`."""
    return load(shipped_model() if path is None else Path(path))
