"""Many files on several cores: each worker process opens the trust once, and answers come in the order of the files.

Workers return what is to be written, not reports: that is small, and writing reports takes its share of the time. A file on
which a worker dies (a fault in a foreign library, no memory left) is tried once more alone, and then named as the one.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, cast

from idbridge.cli.tabulating import json_line, table_rows
from idbridge.cli.verdicts import certificate_lines, document_lines
from idbridge.cli.verifier import Answer, Exit, Order, Refused, Verifier, exit_of, open_verifier
from idbridge.services.certificates import CertificateAnswer
from idbridge.services.documents import DocumentAnswer

AHEAD: Final = 32
"""Files of each process that are begun before the oldest is answered: enough that one slow file leaves no core idle, and few
enough that their answers (some 50 KB each as JSON) stay small in memory, however many files there are."""

CHUNK: Final = 16
"""Files that a process is handed at a time: most take a few milliseconds, and handing over takes a tenth of one."""

Writer = Callable[[Verifier, Path, Answer], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What is written about one file, and its exit status."""

    lines: tuple[str, ...]
    exit: Exit


Begun = tuple[tuple[Path, ...], "Future[list[Told]]"]
"""Files that a worker was handed, and what will come of it."""


def text_lines(verifier: Verifier, path: Path, answer: Answer) -> Iterator[str]:
    """Yield what people read."""
    match answer:
        case CertificateAnswer():
            yield from certificate_lines(str(path), answer, verifier.voice, verifier.numbers(answer))
        case DocumentAnswer():
            yield from document_lines(str(path), answer.report, verifier.voice, verifier.identities(answer.report))
        case Refused():
            yield f"{path}: NOT JUDGED, {answer.code}: {answer.detail}"


def json_lines(verifier: Verifier, path: Path, answer: Answer) -> Iterator[str]:
    """Yield the report, in one line."""
    yield json_line(path, verifier.plain(answer))


def csv_lines(_: Verifier, path: Path, answer: Answer) -> Iterator[str]:
    """Yield the rows of a table."""
    yield from table_rows(path, answer)


WRITERS: Final[dict[str, Writer]] = {"text": text_lines, "json": json_lines, "csv": csv_lines}


def verify_files(files: Sequence[Path], order: Order, style: str, jobs: int) -> Iterator[Told]:
    """Yield what is to be written about each of *files*, in their order. Raises `BadUsage` before the first."""
    verifier = open_verifier(order)  # what is wrong with the order is said here, once
    if jobs == 1 or len(files) <= CHUNK:
        return map(partial(_tell, verifier, style), files)
    return _in_parallel(files, verifier, style, min(jobs, -(-len(files) // CHUNK)))


def _tell(verifier: Verifier, style: str, path: Path) -> Told:
    return _told(verifier, style, path, verifier.verify(path))


def _told(verifier: Verifier, style: str, path: Path, answer: Answer) -> Told:
    return Told(tuple(WRITERS[style](verifier, path, answer)), exit_of(answer))


# --- in the parent -----------------------------------------------------------------------------------------------------


def _in_parallel(files: Sequence[Path], verifier: Verifier, style: str, jobs: int) -> Iterator[Told]:
    source = iter(files)
    chunks = deque(iter(lambda: tuple(islice(source, CHUNK)), ()))
    while chunks:
        begun: deque[Begun] = deque()
        with _workers(verifier.order, style, jobs) as pool:
            try:
                while chunks or begun:
                    while chunks and len(begun) * CHUNK < AHEAD * jobs:
                        begun.append((chunks[0], _submit(pool, chunks[0])))
                        chunks.popleft()
                    yield from begun[0][1].result()
                    begun.popleft()
            except BrokenProcessPool:
                pass  # the files in hand are looked at one by one below, the others by new workers
            except BaseException:  # Ctrl-C, or a reader who has seen enough
                _stop()
                raise
        yield from _one_by_one(begun, verifier, style)


def _one_by_one(begun: Iterable[Begun], verifier: Verifier, style: str) -> Iterator[Told]:
    """Yield what was said before a worker died, and have one new worker look at the rest, a file at a time.

    So the file on which it dies is known; it is named, and the next worker goes on behind it.
    """
    left = deque(item for paths, future in begun for item in _done(future) or paths)
    while left:
        with _workers(verifier.order, style, 1) as pool:
            try:
                while left:
                    told = left[0] if isinstance(left[0], Told) else _submit(pool, (left[0],)).result()[0]
                    left.popleft()
                    yield told
            except BrokenProcessPool:
                dead = Refused("reader-died", "the process that read the file died: report it")
                yield _told(verifier, style, cast("Path", left.popleft()), dead)


def _done(future: Future[list[Told]]) -> list[Told]:
    return future.result() if future.done() and future.exception() is None else []


def _workers(order: Order, style: str, jobs: int) -> ProcessPoolExecutor:
    # Not forked: the parent has threads (the progress bar's), and a forked child inherits their locks as they stand.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_open, initargs=(order, style))


def _submit(pool: ProcessPoolExecutor, paths: tuple[Path, ...]) -> Future[list[Told]]:
    """Hand out files. The first time processes are started: Ctrl-C is held back meanwhile, here and in them.

    They inherit that, and take it when they are ready to end without a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_verify, paths)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop() -> None:
    """End the workers at once: what they have in hand nobody waits for."""
    for process in multiprocessing.active_children():
        process.terminate()


# --- in a worker -------------------------------------------------------------------------------------------------------

_tell_here: Callable[[Path], Told]
"""What a worker answers with; set once, when the process starts."""


def _open(order: Order, style: str) -> None:
    global _tell_here  # noqa: PLW0603 - how a pool's initializer hands something to its tasks
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C reaches the whole group: a worker ends without a traceback
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _tell_here = partial(_tell, open_verifier(order), style)


def _verify(paths: tuple[Path, ...]) -> list[Told]:
    return [_tell_here(path) for path in paths]
