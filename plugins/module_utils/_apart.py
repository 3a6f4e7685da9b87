# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a function in a process of its own, beside everything else.

For libraries that take long to load, and that read what a stranger wrote: there a crash or an endless loop ends that
process, and no other. In a thread they would hold up the others, as Python runs one at a time.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

T = t.TypeVar("T")


class ApartError(Exception):
    """There is no answer; the text says why."""


@contextlib.contextmanager
def apart(seconds: float, function: Callable[..., T], *arguments: t.Any) -> Iterator[Callable[[], T]]:
    """Begin at once. What is yielded waits for the answer, at most `seconds`; whoever leaves ends the process.

    An exception of the function is raised where its answer is asked for. To be called while there is one thread only:
    the process is a copy of this one.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, function, arguments), daemon=True)
    process.start()
    sender.close()

    def result() -> T:
        if not receiver.poll(seconds):
            raise ApartError(f"it took longer than {seconds:g} s")
        try:
            answer, error = receiver.recv()
        except EOFError:
            raise ApartError("the library that reads it crashed") from None
        if error:
            raise error
        found: T = answer
        return found

    try:
        yield result
    finally:
        process.kill()
        process.join()
        process.close()
        receiver.close()


def _answer(sender: Connection, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    # It lives for one answer: to look for what it could free would only delay that.
    gc.disable()
    try:
        sender.send((function(*arguments), None))
    except Exception as error:  # Whatever it is, it is raised again where the answer is wanted.
        sender.send((None, error))
