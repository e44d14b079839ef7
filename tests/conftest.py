"""Recordings and brokers for the tests. In CI a missing one is a failure, elsewhere a skip."""

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# As on the command line: threads of BLAS would only wait for each other. Before numpy is imported.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import platformdirs  # noqa: E402
import pytest  # noqa: E402


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what} must be there in CI")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(scope="session")
def mitdb() -> Path:
    """The folder of the MIT-BIH Arrhythmia Database."""
    roots = [os.environ.get("PULSE_DATA"), platformdirs.user_cache_dir("pulse")]
    for root in filter(None, roots):
        if (Path(root) / "mitdb" / "100.hea").is_file():
            return Path(root) / "mitdb"
    _missing("mitdb")
    raise AssertionError("unreachable")


@pytest.fixture(scope="session", autouse=True)
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What monitors keep from one run to the next stays with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_STATE_HOME", "XDG_DATA_HOME"):
            patch.setenv(variable, str(tmp_path_factory.mktemp("home")))
        yield


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


OPEN_TO_ALL = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
"""A configuration without queue limits."""


@contextlib.contextmanager
def running_mosquitto(folder: Path, port: int, settings: str = OPEN_TO_ALL) -> Iterator[subprocess.Popen[bytes]]:
    """A mosquitto on 127.0.0.1:port; `{port}` in its settings is filled in."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        _missing("mosquitto")
    config = folder / f"mosquitto-{port}.conf"
    config.write_text(settings.replace("{port}", str(port)))
    process = subprocess.Popen([str(program), "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(port)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_open(port: int, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of these tests' own; it has an empty database `test`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    programs = found[-1] if found else Path(shutil.which("initdb") or "/none").parent
    if not (programs / "initdb").exists():
        _missing("PostgreSQL")
    # Not below pytest's folders: those are for their owner alone, and PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="pulse-postgres-") as name:
        yield from _running_postgres(programs, Path(name), free_port())


def _running_postgres(programs: Path, folder: Path, port: int) -> Iterator[str]:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    _as_nobody_special(folder, f"{programs}/initdb -D {folder}/cluster -U test --auth=trust -E UTF8 --no-sync")
    settings = f"-F -p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control = f"{programs}/pg_ctl -D {folder}/cluster -w -o '{settings}' -l {folder}/log"
    _as_nobody_special(folder, f"{control} start")
    try:
        _as_nobody_special(folder, f"{programs}/createdb -h 127.0.0.1 -p {port} -U test test")
        yield f"postgresql://test@127.0.0.1:{port}/test"
    finally:
        _as_nobody_special(folder, f"{control} -m immediate stop")


def _as_nobody_special(folder: Path, command: str) -> None:
    """As the user that Debian's package brings, where we are root."""
    if os.geteuid() == 0:
        command = f"su postgres -s /bin/sh -c {shlex.quote(command)}"
    subprocess.run(command, shell=True, check=True, capture_output=True, cwd=folder)


@pytest.fixture(autouse=True, scope="session")
def _nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads what a monitor of the user has kept, nor leaves anything there."""
    for kind in ("STATE", "DATA"):
        os.environ[f"XDG_{kind}_HOME"] = str(tmp_path_factory.mktemp(kind.lower()))


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[int]:
    """The port of a mosquitto of this test's own."""
    port = free_port()
    with running_mosquitto(tmp_path, port):
        yield port
