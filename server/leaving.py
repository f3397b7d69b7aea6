"""The one way out of a process that may have used Temporal's SDK.

Such a process aborts or crashes while the interpreter shuts down, about once in three times (sdk-python #300), and its
exit code is lost. So nothing waits for that shutdown: what was printed is flushed, and the process ends.
"""

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process at once with exit code `code`, after flushing what it printed and logged.

    Nothing else runs: neither `finally` blocks further up, nor `atexit`. Close files and connections before.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            pass  # the reader is gone, or the stream is closed: nobody is left to tell
    os._exit(code)
