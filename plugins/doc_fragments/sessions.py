# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which sessions may stay while the databases are said to be idle; SESSION_OPTIONS is the other half."""

    DOCUMENTATION = r"""
options:
  allowed:
    description: Sessions that may stay. A session must match every part that an entry has.
    type: list
    elements: dict
    default: []
    suboptions:
      program:
        description: Pattern for the program name, with C(*) and C(?) as wildcards; case does not matter.
        type: str
        default: "*"
      login:
        description: Pattern for the login.
        type: str
        default: "*"
      host:
        description: Pattern for the computer.
        type: str
        default: "*"
      database:
        description: Pattern that every BizTalk database which the session uses must match.
        type: str
        default: "*"
  sso_programs:
    description:
      - Patterns for the program name of Enterprise Single Sign-On's sessions.
      - Microsoft does not document that name. When M(biztalk.patching.wait_for_idle) shows the service under another
        one, give it here.
    type: list
    elements: str
    default: ["ENTSSO*", "*Single Sign-On*", "Enterprise SSO*"]
  sso_hosts:
    description: Computers besides those of the group from which Enterprise Single Sign-On may be connected.
    type: list
    elements: str
    default: []
"""
