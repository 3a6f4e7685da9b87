# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which update is an Uninstall entry? By its KB number, else by its name, and never by a part of one.

`2013` is a prefix of `2013 R2`, and `CU1` of `CU10`. The KB number stands in the entry's name, or in its value `ID`.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._builds import CUMULATIVE_UPDATES, Build, build

_KB = re.compile(r"\bKB(?: article)? ?(\d{6,8})\b", re.IGNORECASE)
_PRODUCT = re.compile(r"BizTalk Server (20\d\d)(?!\d)( R2)?", re.IGNORECASE)
_CUMULATIVE_UPDATE = re.compile(r"\b(?:Cumulative Update|CU) ?(\d+)\b", re.IGNORECASE)
_SERVICE_PACK = re.compile(r"\b(?:Service Pack|SP) ?(\d+)\b", re.IGNORECASE)
_FEATURE_PACK = re.compile(r"\b(?:Feature Pack|FP) ?(\d*)\b", re.IGNORECASE)
_COMPANION = re.compile(r"ESB Toolkit|RosettaNet|MQSeries|Adapter Pack|Host Integration Server", re.IGNORECASE)
# BizTalk Server's own builds begin with 3.
_OWN_BUILD = re.compile(r"3\.\d+\.\d+(?:\.\d+)?")


class UpdateName(t.NamedTuple):
    """The parts of a name such as `Microsoft BizTalk Server 2016 CU7` that tell one update from another."""

    product: str
    service_pack: str | None = None
    feature_pack: str | None = None
    cumulative_update: str | None = None

    @classmethod
    def parse(cls, text: str) -> UpdateName | None:
        """None where the text names no service pack, feature pack or cumulative update of BizTalk Server itself."""
        product = release(text)
        packs = [_found(pattern, text) for pattern in (_SERVICE_PACK, _FEATURE_PACK, _CUMULATIVE_UPDATE)]
        if product is None or _COMPANION.search(text) or all(pack is None for pack in packs):
            return None
        return cls(product, *packs)


@dataclass(frozen=True)
class InstalledUpdate:
    """An Uninstall entry; `version` is its `DisplayVersion` where it was read, if this is a build of BizTalk's."""

    name: str
    kb_numbers: frozenset[str]
    update: UpdateName | None
    version: str = ""

    @classmethod
    def parse(cls, name: str, values: t.Mapping[str, str]) -> InstalledUpdate:
        """`values` are those of the entry, empty where it was not read."""
        title = values.get("DisplayName") or name
        version = values.get("DisplayVersion", "")
        return cls(
            name,
            frozenset(number for text in (name, title, values.get("ID", "")) for number in _KB.findall(text)),
            UpdateName.parse(name) or UpdateName.parse(title),
            version if _OWN_BUILD.fullmatch(version) else "",
        )

    @property
    def of_biztalk(self) -> bool:
        """Whether it is an update of BizTalk Server itself, and not the product or a companion of it."""
        own = "biztalk" in self.name.casefold() and not _COMPANION.search(self.name)
        return own and bool(self.kb_numbers or self.update)

    @property
    def build(self) -> Build:
        """The build that it brought, empty where nobody tells."""
        listed = (text for kb, name, text in _BUILDS if kb in self.kb_numbers or name == self.update)
        return build(self.version or next(listed, ""))

    def is_package(self, package: t.Mapping[str, t.Any]) -> bool:
        """Where both name their KB articles these decide, otherwise the whole name, or the code of a patch in it."""
        if self.kb_numbers and package["kb"]:
            return package["kb"] in self.kb_numbers
        named = UpdateName.parse(package["title"])
        return (
            _plain(self.name) == _plain(package["title"])
            or (named is not None and named == self.update)
            or any(code.casefold() in self.name.casefold() for code in package["patch_codes"])
        )


def release(text: str) -> str | None:
    """The product that a text names, such as `2013` or `2013 R2`, which are two products."""
    match = _PRODUCT.search(text)
    return f"{match[1]}{' R2' if match[2] else ''}" if match else None


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


_BUILDS = tuple((kb, UpdateName(product, cumulative_update=cu), text) for product, cu, kb, text in CUMULATIVE_UPDATES)
