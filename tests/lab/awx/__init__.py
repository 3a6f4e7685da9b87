# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small part of AWX: the objects of its REST API that awx.awx works with, kept in memory, and nothing run.

Strict: what it does not know is refused and remembered, so that a test sees it.
"""
