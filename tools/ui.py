"""What `./dev` says: steps with their duration, progress, and problems in one clear line."""

import sys
import threading
import time
from contextlib import contextmanager


class Problem(Exception):
    """Something the user can put right: one line saying what is wrong, and the remedy."""

    def __init__(self, message, remedy=""):
        super().__init__(message)
        self.remedy = remedy


class Board:
    """Prints finished steps line by line and, below them, the steps still running.

    On a terminal the last line is redrawn; in a log file progress is a line every few seconds.
    Safe for steps running in several threads.
    """

    QUIET_SECONDS = 10

    def __init__(self, stream=sys.stdout):
        self.stream = stream
        self.lock = threading.RLock()
        self.running = {}
        self.last_line = 0.0

    def say(self, text=""):
        with self.lock:
            self._clear()
            print(text, file=self.stream, flush=True)
            self._draw()

    def progress(self, title, text):
        with self.lock:
            self.running[title] = text
            if self.stream.isatty():
                self._clear()
                self._draw()
            elif time.monotonic() - self.last_line > self.QUIET_SECONDS:
                self.last_line = time.monotonic()
                print(f"  … {title}: {text}", file=self.stream, flush=True)

    @contextmanager
    def step(self, title):
        """Run a step: yields a function that shows its progress; prints how long it took."""
        start = time.monotonic()
        with self.lock:
            self.running[title] = ""
            if self.stream.isatty():
                self._draw()
            else:
                self.last_line = start
                print(f"  … {title}", file=self.stream, flush=True)
        try:
            yield lambda text: self.progress(title, text)
        except BaseException:
            with self.lock:
                self._clear()
                self.running.pop(title, None)
            raise
        with self.lock:
            self.running.pop(title, None)
            self.say(f"  ✓ {title} ({duration(time.monotonic() - start)})")

    def _clear(self):
        if self.stream.isatty():
            print("\r\033[K", end="", file=self.stream, flush=True)

    def _draw(self):
        if self.stream.isatty() and self.running:
            parts = [f"{title} {text}".strip() for title, text in self.running.items()]
            print("\r\033[K  … " + " · ".join(parts)[:110], end="", file=self.stream, flush=True)


def duration(seconds):
    """
    >>> duration(3.21), duration(75)
    ('3.2 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


board = Board()
say = board.say
step = board.step
