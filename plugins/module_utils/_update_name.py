# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the name of an update tells: its display name, and the name of its download, which is a hint only."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture

Kind = t.Literal["hotfix", "cumulative_update", "feature_pack", "service_pack", "unknown"]

KB = re.compile(r"\bKB(?:\s+article)?[\s_-]?(\d{6,8})(?!\d)", re.IGNORECASE)
_PRODUCT = re.compile(r"BizTalk\s+Server\s+(20\d\d(?:\s+R2)?)(?!\d)", re.IGNORECASE)
_FEATURE_PACK = re.compile(r"Feature\s+(?:Pack|Update)\s*(\d*)|\bFP\s?(\d+)", re.IGNORECASE)
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("hotfix", re.compile(r"\bHotfix\b", re.IGNORECASE)),
    ("cumulative_update", re.compile(r"Cumulative\s+Update\s*(\d*)|\bCU\s?(\d+)", re.IGNORECASE)),
    ("service_pack", re.compile(r"Service\s+Pack\s*(\d*)|\bSP\s?(\d+)", re.IGNORECASE)),
    ("feature_pack", _FEATURE_PACK),
    ("hotfix", re.compile(r"KB\s+article|Security\s+Update|\bUpdate\b", re.IGNORECASE)),
)
_COMPANIONS = ("ESB Toolkit", "RosettaNet", "MQSeries", "Adapter Pack", "Host Integration Server")
_DOWNLOAD = re.compile(r"^(?:BTS|BizTalk(?:Server)?)[_-]?(20\d\d(?:R2)?)(ESBT|RN|MQSeries)?", re.IGNORECASE)
_COMPANIONS_OF_DOWNLOADS = {"ESBT": "ESB Toolkit", "RN": "RosettaNet", "MQSERIES": "MQSeries"}
_ARCHITECTURE = re.compile(r"[-_.](x86|x64|amd64)(?=[-_. (])", re.IGNORECASE)
_ARCHITECTURES: dict[str, Architecture] = {"x86": "x86", "x64": "x64", "amd64": "x64"}
_LANGUAGE = re.compile(r"[-_]([A-Z]{3})(?=[\s.(_-]|$)")


@dataclass(frozen=True)
class UpdateName:
    kb: str = ""
    product: str = ""
    kind: Kind = "unknown"
    number: int | None = None
    """The 4 of Cumulative Update 4."""
    branch: str = ""
    """`feature_pack` for an update of that branch, be it the pack itself or an update of it."""
    companion: str = ""

    @classmethod
    def parse(cls, text: str) -> UpdateName:
        """Read a display name such as `Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]`."""
        product = first(_PRODUCT, text)
        kind, number = _kind(text)
        return cls(
            kb=first(KB, text),
            product=_product(product) if product else "",
            kind=kind,
            number=number,
            branch="feature_pack" if _FEATURE_PACK.search(text) else "",
            companion=next((companion for companion in _COMPANIONS if companion.casefold() in text.casefold()), ""),
        )

    @property
    def level(self) -> str:
        """In words, `cumulative update 4`; empty where the name has no number."""
        return f"{self.kind.replace('_', ' ')} {self.number}" if self.number is not None else ""


@dataclass(frozen=True)
class DownloadName:
    """`BTS2020ESBT-KB5008067-ENU.exe`; users rename files."""

    name: UpdateName
    language: str
    architecture: Architecture | None

    @classmethod
    def parse(cls, file_name: str) -> DownloadName:
        found = _DOWNLOAD.match(file_name)
        release, suffix = found.groups(default="") if found else ("", "")
        kind, number = _kind(file_name)
        return cls(
            UpdateName(
                kb=first(KB, file_name),
                product=_product(release.upper().replace("R2", " R2")) if release else "",
                kind=kind,
                number=number,
                companion=_COMPANIONS_OF_DOWNLOADS.get(suffix.upper(), ""),
            ),
            language=next(reversed(_LANGUAGE.findall(file_name)), ""),
            architecture=_ARCHITECTURES.get(first(_ARCHITECTURE, file_name).casefold()),
        )


def first(pattern: re.Pattern[str], text: str) -> str:
    """What the pattern's first group matches; empty where it does not."""
    found = pattern.search(text)
    return found.group(1) if found else ""


def _kind(text: str) -> tuple[Kind, int | None]:
    """What is made for a service pack or a feature pack is no pack itself, so the most specific kind comes first."""
    for kind, pattern in _KINDS:
        if found := pattern.search(text):
            number = next(filter(None, found.groups()), "")
            return kind, int(number) if number else None
    return "unknown", None


def _product(release: str) -> str:
    return f"Microsoft BizTalk Server {' '.join(release.upper().split())}"
