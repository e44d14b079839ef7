"""`python -m monitor.cli` is `pulse`."""

from monitor.cli import main

main()
