"""Whose limits are which: those of all, over them what the configuration says of a patient, and what operators set."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, TypeAlias

import msgspec
import structlog
from msgspec import Meta

from edge.limits import Limits
from monitor.config import Config

Own: TypeAlias = dict[str, int | float]
"""By name of a limit, only what is otherwise for one patient."""

log: Final = structlog.get_logger("pulse.limits")


class LimitsOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of the command `limits`."""

    id: Annotated[str, Meta(max_length=64)] = ""
    """Comes back in the answer."""
    set: dict[str, Any] = {}
    """Numbers by name of a limit; `null` for what the configuration has."""


class LimitsAnswer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="limits"):
    """What became of it, and what holds now."""

    patient: str
    id: str
    error: str | None
    """Why nothing was changed."""
    own: Own
    """What operators have set."""
    limits: Limits


class PatientLimits:
    """The limits of every patient."""

    def __init__(self, config: Config, most: int) -> None:
        """Operators may set limits of `most` patients."""
        self._config, self._most = config, most
        self._own: dict[str, Own] = {}
        self.revision = 0
        """Another number whenever `own` is another."""

    @property
    def own(self) -> dict[str, Own]:
        """What operators have set, by patient."""
        return {patient: dict(own) for patient, own in self._own.items()}

    def of(self, patient: str) -> Limits:
        """What holds for a patient."""
        return self._config.limits_of(patient, self._own.get(patient, {}))

    def reconfigure(self, config: Config) -> None:
        """Another configuration below what operators have set. Raises `ValueError`, and then nothing has changed."""
        for patient, own in self._own.items():
            config.limits_of(patient, own)
        self._config = config

    def restore(self, own: Mapping[str, Own]) -> None:
        """What operators had set before a restart. What the configuration contradicts by now is left out and named."""
        for patient, limits in own.items():
            try:
                self._set(patient, limits)
            except ValueError as error:
                log.error("limits of before are not taken", patient=patient, error=str(error), **limits)

    def release(self, patients: Iterable[str]) -> None:
        """Others watch these from now on."""
        gone = set(patients)
        self._own = {patient: own for patient, own in self._own.items() if patient not in gone}
        self.revision += 1

    def obey(self, patient: str, payload: bytes) -> LimitsAnswer:
        """Change a patient's limits as a command says; one that is wrong changes nothing."""
        order, error = LimitsOrder(), None
        try:
            order = msgspec.json.decode(payload or b"{}", type=LimitsOrder)
            self._change(patient, order.set)
        except (ValueError, msgspec.DecodeError, RecursionError) as why:
            error = str(why)
        own = dict(self._own.get(patient, {}))
        return LimitsAnswer(patient=patient, id=order.id, error=error, own=own, limits=self.of(patient))

    def _change(self, patient: str, change: Mapping[str, Any]) -> None:
        unknown = change.keys() - set(Limits.__struct_fields__)
        if unknown:
            raise ValueError(f"{min(unknown)}: no such limit; there are {', '.join(Limits.__struct_fields__)}")
        if change:
            merged = {**self._own.get(patient, {}), **change}
            self._set(patient, {name: value for name, value in merged.items() if value is not None})

    def _set(self, patient: str, own: Own) -> None:
        """All that is to hold for a patient but the configuration."""
        self._config.limits_of(patient, own)
        others = {other: limits for other, limits in self._own.items() if other != patient}
        if own and len(others) >= self._most:
            raise ValueError(f"limits of {self._most} patients are set already")
        self._own = others | ({patient: own} if own else {})
        self.revision += 1
