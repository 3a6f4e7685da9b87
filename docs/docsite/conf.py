# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's settings for the docsite: the Markdown guides as they are, and the pages that antsibull-docs makes."""

from __future__ import annotations

project = "biztalk.patching"
copyright = "the biztalk.patching contributors"
title = "biztalk.patching"
html_short_title = "biztalk.patching"

extensions = ["myst_parser", "sphinx_antsibull_ext"]

# The folder that tests/setup/docsite.py makes is a copy of the checkout; these are the pages in it.
include_patterns = ["index.md", "README.md", "CONTRIBUTING.md", "docs/*.md", "roles/*/README.md", "collections/**.rst"]

# GitHub's anchors, on which the guides rely.
myst_heading_anchors = 4

# A broken reference is a warning, and tests/setup/docsite.py has warnings end the build.
nitpicky = True
# What of Ansible and of other collections antsibull-docs refers to. Without their inventories, which would be fetched
# from the internet at each build, only their names can be shown.
nitpick_ignore_regex = [
    ("std:ref", r"ansible_collections\.(?!biztalk\.patching\.).*"),
    ("std:ref", "action_plugins|callback_plugins|common_return_values|ansible_configuration_settings"),
    # Settings of Ansible itself.
    ("envvar", r"ANSIBLE_\w+"),
]

highlight_language = "yaml"
pygments_style = "ansible"
html_theme = "alabaster"
html_theme_options = {
    "description": "Updates of BizTalk Server on a whole group, as KB 2003907 says",
    "fixed_sidebar": True,
    "page_width": "76rem",
    "sidebar_width": "20rem",
}
html_show_sphinx = False
html_use_index = False
html_copy_source = False
