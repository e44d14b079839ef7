"""The demo through its own broker: everything that was scripted is found, and no sample is lost."""

import json
import subprocess
import sys
from pathlib import Path

EXECUTABLE = Path(sys.executable).parent / "pulse"


def test_the_headless_demo_finds_every_scripted_arrhythmia_and_loses_nothing() -> None:
    arguments = ["demo", "--headless", "--patients", "8", "--duration", "60", "--synthetic", "--json"]
    done = subprocess.run([str(EXECUTABLE), *arguments], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["patients"] == 8
    assert outcome["samples"] == 8 * 60 * 360
    assert outcome["samples_lost"] == 0
    assert outcome["scripted"] >= 8
    assert outcome["scripted_found"] == outcome["scripted"], outcome["scripted_missed"]
    assert outcome["alarms"] >= outcome["scripted"]
