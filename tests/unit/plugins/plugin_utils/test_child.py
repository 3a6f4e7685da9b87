# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import sys
import time
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.plugin_utils._child import Child

SLEEPER = "import os, time; print('apart:', os.getsid(0) == os.getpid(), flush=True); time.sleep(60)"


def ended(child: Child) -> int:
    end = time.monotonic() + 30
    while (code := child.exit_code()) is None:
        assert time.monotonic() < end, "it did not end"
        time.sleep(0.01)
    return code


def test_the_whole_output_is_told_before_the_end_is() -> None:
    lines: list[str] = []
    program = "import sys; print('one'); sys.stderr.write('two\\n'); sys.stdout.buffer.write(b'\\xff\\n'); sys.exit(3)"
    child = Child([sys.executable, "-u", "-c", program], os.environ, lines.append)
    assert ended(child) == 3
    assert sorted(lines) == ["one", "two", "\ufffd"]


@pytest.fixture
def interruptible() -> t.Iterator[None]:
    """As in a worker of Ansible. What a shell starts in the background ignores Ctrl-C, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_it_is_told_to_end_by_a_signal_and_by_no_key() -> None:
    lines: list[str] = []
    child = Child([sys.executable, "-c", SLEEPER], os.environ, lines.append)
    end = time.monotonic() + 30
    while not lines and time.monotonic() < end:
        time.sleep(0.01)
    assert lines == ["apart: True"]
    child.signal(signal.SIGINT)
    assert ended(child) in (-signal.SIGINT, 130)
    assert "KeyboardInterrupt" in lines
