"""The command line: the one place that knows both the monitor and the simulators."""

import os

# Hops are small matrices: a BLAS that splits them between cores spends five times as long on waking its threads as on
# multiplying (measured on two cores). It reads this when numpy is first imported, hence before anything else.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

from monitor.cli.main import main  # noqa: E402

__all__ = ["main"]
