"""What the command line says when something fails, and with which exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

FAILED, WRONG_USE = 1, 2


class Failure(click.ClickException):
    """Something that was asked for could not be done."""

    exit_code = FAILED


class WrongUse(click.ClickException):
    """What was asked for makes no sense: a configuration, a model, an argument."""

    exit_code = WRONG_USE


@contextmanager
def reported(*failures: type[Exception], wrong_use: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn these exceptions into one line on stderr and their exit code. Others are our own fault: they fly."""
    try:
        yield
    except wrong_use as error:
        raise WrongUse(str(error)) from error
    except failures as error:
        raise Failure(str(error)) from error
