"""Running a step for ever: through lost databases, dead nodes and bugs, until told to stop. Never a crash loop."""

import gc
import logging
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from escrow.errors import RpcError

log = logging.getLogger(__name__)
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0


class Finished(Exception):
    """Raised by a step that has nothing left to do, ever."""


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set, so that a running step ends before the process does."""
    stop = threading.Event()

    def set_it(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, set_it)
    signal.signal(signal.SIGINT, set_it)
    return stop


def run_forever(
    step: Callable[[], bool],
    *,
    name: str,
    pause: float,
    stop: threading.Event,
    rest: Callable[[], None] | None = None,
) -> None:
    """Call `step` until `stop` is set: at once again when it returns True, else after `pause` seconds.

    `rest`, where it is given, takes the pause's place: it may return sooner because there is news, or later.
    After a failure the database connection is given up and the next try comes later and later, `LONGEST_PAUSE` seconds
    at most; what keeps failing the same way is logged once.
    """
    wait, last = FIRST_PAUSE, ""
    while not stop.is_set():
        try:
            again = step()
        except Finished:
            break
        except Exception as error:  # noqa: BLE001 - a bug in one step must not end the process that all trades need
            told = _tell(error, name=name, last=last)
            connection.close()
            stop.wait(wait)
            wait, last = min(wait * 2, LONGEST_PAUSE), told
            continue
        if last:
            log.warning("%s works again", name)
        wait, last = FIRST_PAUSE, ""
        if again:
            continue
        if rest is not None:
            rest()
        else:
            stop.wait(pause)
    connection.close()


def run_each_forever(
    steps: Mapping[str, Callable[[], bool]],
    *,
    pause: float,
    stop: threading.Event,
    rests: Mapping[str, Callable[[], None]] | None = None,
) -> None:
    """Run several steps side by side by their names, each in a thread of its own: one that hangs holds up no other."""
    # Whatever is loaded by now lives as long as the process: looking through it for garbage takes a tenth of a second.
    gc.freeze()
    threads = [
        threading.Thread(
            target=run_forever,
            args=(step,),
            kwargs={"name": name, "pause": pause, "stop": stop, "rest": (rests or {}).get(name)},
        )
        for name, step in steps.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tell(error: Exception, *, name: str, last: str) -> str:
    told = f"{type(error).__name__}: {error}"
    expected = isinstance(error, RpcError | DatabaseError | psycopg.Error)
    if told != last:
        log.warning("%s cannot go on, trying again: %s", name, told, exc_info=None if expected else error)
    return told
