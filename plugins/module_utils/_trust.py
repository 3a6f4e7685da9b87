# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages are refused for their signature. It is the early check: the authority is Windows, at the install."""

from __future__ import annotations

import typing as t


def refusals(packages: t.Iterable[t.Mapping[str, t.Any]], *, allow_unsigned: bool) -> list[str]:
    """Why the packages, as `package_info` returns them, must not be installed; each text once."""
    return list(dict.fromkeys(reason for package in packages for reason in _refusal(package, allow_unsigned)))


def _refusal(package: t.Mapping[str, t.Any], allow_unsigned: bool) -> t.Iterator[str]:
    signature, name = package["signature"], package["file_name"]
    if signature["status"] == "tampered":
        yield (
            f"{name}: it was changed after it was signed ({signature['reason']}). Download it again from Microsoft;"
            " a package that was tampered with is never installed"
        )
    elif not signature["trusted"] and not allow_unsigned:
        yield (
            f"{name}: {_state(signature)}. Check where it comes from; then name its publisher's certificate in"
            " biztalk_trusted_publishers, or set biztalk_allow_unsigned_package to true"
        )


def _state(signature: t.Mapping[str, t.Any]) -> str:
    if signature["status"] == "unsigned":
        return "it is not signed"
    if signature["status"] == "not_checked":
        return f"its signature could not be checked ({signature['reason']})"
    return f"it is signed by neither Microsoft nor a trusted publisher, but by {signature['signer'] or 'nobody'}"
