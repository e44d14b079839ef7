"""The detector keeps its contract, and its floors on real records only rise."""

from edge.detector import Detector
from tests.contracts import DetectorContract


class TestDetector(DetectorContract):
    """The bank."""

    def make(self, fs: float, capacity: int) -> Detector:
        return Detector(fs, capacity)
