# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inspected package means, in words: what follows from its SQL answer, and a summary for whoever reads it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents
    from ansible_collections.biztalk.patching.plugins.module_utils._package import Package
    from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import SqlAnswer

_OUTAGE = "stop BizTalk, IIS and SQL Server Agent on the whole group."
_BACKUP = (
    "Back up all BizTalk databases before the first install.",
    "Uninstalling does not take it back: that is uninstall plus a restore of all BizTalk databases from that backup.",
)
_ROLLING = "restart the host instances after the install; the group may stay up, one computer at a time."
_SHOWN = 3
_MOST_WARNINGS = 10


def consequences(sql: SqlAnswer) -> list[str]:
    """KB 2003907, with "unknown" treated as "yes"; an answer that is the operator's is called so."""
    if sql.has_sql == "no":
        return [f"The update contains no SQL{_says(sql)}: {_ROLLING}", "It is taken back by uninstalling it."]
    if sql.has_sql == "unknown":
        return [f"SQL in the update cannot be ruled out, which is treated as if it contained SQL: {_OUTAGE}", *_BACKUP]
    return [f"The update contains SQL{_says(sql)}: {_OUTAGE}", *_BACKUP]


def summary(package: Package) -> list[str]:
    return [
        _identity(package),
        f"For {package.verdict.architecture} computers: {package.verdict.why}.",
        _sql(package.sql),
        _signature(package),
        *consequences(package.sql),
        *_warnings(package.warnings),
    ]


def _identity(package: Package) -> str:
    identity = package.identity
    facts = [
        f"KB {identity.kb}" if identity.kb and identity.kb not in identity.title else "",
        f"version {identity.version}" if identity.version else "",
        f"needs {identity.minimum_version} at least" if identity.minimum_version else "",
        "/".join(identity.languages),
        f"for {identity.companion}" if identity.companion and identity.companion not in identity.title else "",
    ]
    return ", ".join(filter(None, [identity.title or package.path.name, *facts]))


def _sql(sql: SqlAnswer) -> str:
    more = len(sql.evidence) - _SHOWN
    found = "; ".join(sql.evidence[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    answer = f"{sql.assumed}, as the operator says (assume_sql). Found: {sql.found}" if sql.assumed else sql.found
    return f"SQL: {answer}. {found}."


def _signature(package: Package) -> str:
    signature = package.signature
    trust = ", trusted" if signature.trusted else ", not trusted" if signature.status == "intact" else ""
    about = "; ".join(filter(None, [signature.signer, signature.reason]))
    return f"Signature: {signature.status.replace('_', ' ')}{trust}{f' ({about})' if about else ''}."


def _warnings(warnings: list[str]) -> Iterator[str]:
    """What needs work or contradicts itself comes first; of an unpacked folder each file may be one."""
    yield from (f"Warning: {warning}" for warning in warnings[:_MOST_WARNINGS])
    if len(warnings) > _MOST_WARNINGS:
        yield f"{len(warnings) - _MOST_WARNINGS} more warnings are in package.warnings."


def _says(sql: SqlAnswer) -> str:
    return f", as the operator says (assume_sql; found: {sql.found})" if sql.assumed else ""


def unremovable(contents: Contents) -> Iterator[str]:
    """Patches that Windows Installer will not uninstall.

    Source: Windows Installer's "MsiPatchMetadata Table", AllowRemoval.
    """
    for shown, installer in contents.installers:
        if installer.kind == "msp" and installer.properties.get("AllowRemoval") == "0":
            yield (
                f"{shown or 'The package'} says that it cannot be uninstalled (AllowRemoval is 0): see that there is"
                " another way back, such as images of the computers."
            )
