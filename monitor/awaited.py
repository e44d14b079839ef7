"""Patients whom the monitor watched before it was restarted, and of whom no sample has come since."""

from collections.abc import Iterable


class Awaited:
    """Who has not come back yet. `now` in seconds since the epoch."""

    def __init__(self) -> None:
        self._patients: set[str] = set()
        self._missed: set[str] = set()
        self._missed_at = self._given_up_at = 0.0

    @property
    def patients(self) -> frozenset[str]:
        """Who is awaited."""
        return frozenset(self._patients)

    def expect(self, patients: Iterable[str], missed_at: float, given_up_at: float) -> None:
        """These were there before. They are missed from one time on, and given up at another."""
        self._patients.update(patients)
        self._missed_at, self._given_up_at = missed_at, given_up_at

    def come(self, patient: str) -> bool:
        """Samples of a patient have come; whether they were awaited."""
        was = patient in self._patients
        self._patients.discard(patient)
        return was

    def release(self, patients: Iterable[str]) -> None:
        """Others await these."""
        self._patients.difference_update(patients)
        self._missed.difference_update(patients)

    def missed(self, now: float) -> list[str]:
        """Who should have been back by now; each is said once."""
        if now < self._missed_at or self._missed >= self._patients:
            return []
        newly = sorted(self._patients - self._missed)
        self._missed.update(newly)
        return newly

    def given_up(self, now: float) -> list[str]:
        """Who will not come back; each is said once."""
        if now < self._given_up_at or not self._patients:
            return []
        gone, self._patients = sorted(self._patients), set()
        return gone
