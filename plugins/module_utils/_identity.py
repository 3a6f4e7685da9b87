# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which update is it? Reads the names, numbers and versions that its sources state, the best source first."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture
    from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement

Kind = t.Literal["hotfix", "cumulative_update", "feature_pack", "service_pack", "unknown"]

_KB = re.compile(r"\bKB(?:\s+article)?[\s_-]?(\d{6,8})(?!\d)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)(\d{6,8})(?!\d)")
_PRODUCT = re.compile(r"BizTalk\s+Server\s+(20\d\d(?:\s+R2)?)(?!\d)", re.IGNORECASE)
_PRODUCT_IN_FILE_NAME = re.compile(r"^(?:BTS|BizTalk(?:Server)?)[_-]?(20\d\d(?:R2)?)", re.IGNORECASE)
_ARCHITECTURE_IN_FILE_NAME = re.compile(r"[-_.](x86|x64|amd64)(?=[-_. (])", re.IGNORECASE)
_LANGUAGE_IN_FILE_NAME = re.compile(r"[-_]([A-Z]{3})(?=[\s.(_-]|$)")
# BizTalk Server's own versions begin with 3; a schema's or an XML version does not look like this.
_VERSION = re.compile(r"3\.\d+\.\d+(?:\.\d+)?")
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("cumulative_update", re.compile(r"Cumulative\s+Update|\bCU\s?\d", re.IGNORECASE)),
    ("service_pack", re.compile(r"Service\s+Pack|\bSP\s?\d", re.IGNORECASE)),
    ("feature_pack", re.compile(r"Feature\s+(?:Pack|Update)|\bFP\s?\d", re.IGNORECASE)),
    ("hotfix", re.compile(r"Hotfix|KB\s+article|Security\s+Update|\bUpdate\b", re.IGNORECASE)),
)
_ARCHITECTURES: dict[str, Architecture] = {"x86": "x86", "x64": "x64", "amd64": "x64"}
_COMPANIONS = ("ESB Toolkit", "RosettaNet", "MQSeries", "Adapter Pack", "Host Integration Server")
_COMPANIONS_IN_FILE_NAME = {"ESBT": "ESB Toolkit", "RN": "RosettaNet", "MQSERIES": "MQSeries"}
_COMPANION_IN_FILE_NAME = re.compile(r"^(?:BTS|BizTalk(?:Server)?)\d{4}(?:R2)?(ESBT|RN|MQSeries)", re.IGNORECASE)
# Windows' language ids of the languages that BizTalk Server was made in.
_LANGUAGES = {
    1028: "CHT",
    1031: "DEU",
    1033: "ENU",
    1034: "ESN",
    1036: "FRA",
    1040: "ITA",
    1041: "JPN",
    1042: "KOR",
    2052: "CHS",
    3082: "ESN",
}


@dataclass(frozen=True)
class Source:
    """What one part of the package states, with the name it goes by in messages."""

    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Identity:
    kb: str = ""
    title: str = ""
    product: str = ""
    kind: Kind = "unknown"
    version: str = ""
    minimum_version: str = ""
    languages: tuple[str, ...] = ()
    branch: str = ""
    companion: str = ""
    named_architecture: Architecture | None = None
    """The architecture in the file's name: a hint, never the evidence."""
    warnings: tuple[str, ...] = ()


def identify(file_name: str, sources: Iterable[Source]) -> Identity:
    """`sources` come in the order of their weight; the file's name is the last, for users rename files."""
    sources = tuple(sources)
    hint = _companion_hint(file_name)
    title = next((title for source in sources for title in _titles(source)), "")
    texts = (title, file_name)
    kb = _agreed("KB", [*((s.name, _kb(s)) for s in sources), ("the file's name", _first(_KB, file_name))])
    product = _agreed(
        "the product", [*((s.name, _product(s)) for s in sources), ("the file's name", _product_hint(file_name))]
    )
    version = _agreed("the version", [(source.name, _version(source)) for source in sources], same=_same_version)
    return Identity(
        kb=kb.value,
        title=title,
        product=product.value,
        kind=next((kind for text in texts for kind, pattern in _KINDS if pattern.search(text)), "unknown"),
        version=version.value,
        minimum_version=next((minimum for source in sources for minimum in _minimum(source)), ""),
        languages=_languages(file_name, sources),
        branch="feature_pack" if re.search(r"Feature\s+Pack", title, re.IGNORECASE) else "",
        companion=next((companion for companion in _COMPANIONS if companion.casefold() in title.casefold()), hint),
        named_architecture=_ARCHITECTURES.get(_first(_ARCHITECTURE_IN_FILE_NAME, file_name).casefold()),
        warnings=(*kb.warnings, *product.warnings, *version.warnings),
    )


@dataclass(frozen=True)
class _Agreed:
    value: str
    warnings: tuple[str, ...]


def _agreed(
    what: str, claims: Iterable[tuple[str, str]], same: Callable[[str, str], bool] = lambda one, other: one == other
) -> _Agreed:
    """The first claim, and a warning for each source that contradicts it."""
    stated = [(source, value) for source, value in claims if value]
    if not stated:
        return _Agreed("", ())
    first, chosen = stated[0]
    return _Agreed(
        chosen,
        tuple(
            f"The sources contradict each other: {what} is {chosen} after {first}, but {value} after {source}."
            for source, value in stated
            if not same(chosen, value)
        ),
    )


def _titles(source: Source) -> list[str]:
    """Statements that look like the update's display name; the longest tells most."""
    titles = (s.value for s in source.statements if "biztalk" in s.value.casefold() and " " in s.value)
    return sorted((title for title in titles if len(title) <= 200 and _is_update(title)), key=len, reverse=True)


def _is_update(title: str) -> bool:
    return bool(_KB.search(title)) or any(pattern.search(title) for _kind, pattern in _KINDS)


def _kb(source: Source) -> str:
    """From the display name, else from what is called KB something, else from anywhere."""
    for title in _titles(source):
        if _KB.search(title):
            return _first(_KB, title)
    for statement in source.statements:
        if "kb" in statement.name and _NUMBER.search(statement.value):
            return _first(_NUMBER, statement.value)
    return next((_first(_KB, s.value) for s in source.statements if _KB.search(s.value)), "")


def _product(source: Source) -> str:
    texts = (*_titles(source), *(statement.value for statement in source.statements))
    return next((_product_name(_first(_PRODUCT, text)) for text in texts if _PRODUCT.search(text)), "")


def _product_hint(file_name: str) -> str:
    found = _first(_PRODUCT_IN_FILE_NAME, file_name).upper()
    return _product_name(found.replace("R2", " R2")) if found else ""


def _product_name(release: str) -> str:
    return f"Microsoft BizTalk Server {' '.join(release.upper().split())}"


def _version(source: Source) -> str:
    """The outermost statement that is called a version and is not the least one that is asked for."""
    stated = [
        statement
        for statement in source.statements
        if _VERSION.fullmatch(statement.value) and ("version" in statement.name or "build" in statement.name)
    ]
    own = [statement for statement in stated if not _is_minimum(statement)]
    return min(own, key=lambda statement: statement.depth).value if own else ""


def _minimum(source: Source) -> list[str]:
    return [s.value for s in source.statements if _is_minimum(s) and _VERSION.fullmatch(s.value)]


def _is_minimum(statement: Statement) -> bool:
    about = statement.where.casefold()
    return any(word in about for word in ("min", "require", "prereq", "baseline"))


def _same_version(one: str, other: str) -> bool:
    """A Windows Installer version has three parts where the file's has four."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))


def _languages(file_name: str, sources: tuple[Source, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source in sources:
        for statement in source.statements:
            if "lang" in statement.name or "lcid" in statement.name:
                found.update(dict.fromkeys(_language_codes(statement.value)))
    hint = _LANGUAGE_IN_FILE_NAME.findall(file_name)
    if not found and hint:
        found[hint[-1]] = None
    return tuple(found)


def _language_codes(value: str) -> list[str]:
    numbers = [_LANGUAGES[int(number)] for number in re.findall(r"\b\d{4}\b", value) if int(number) in _LANGUAGES]
    return numbers or [code for code in re.findall(r"\b[A-Z]{3}\b", value.upper()) if code in _LANGUAGES.values()]


def _companion_hint(file_name: str) -> str:
    return _COMPANIONS_IN_FILE_NAME.get(_first(_COMPANION_IN_FILE_NAME, file_name).upper(), "")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
