# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which update is it? Reads the names, numbers and versions that its sources state, the best source first."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._update_name import (
    KB,
    DownloadName,
    Kind,
    UpdateName,
    first,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture
    from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement

_NUMBER = re.compile(r"(?<!\d)(\d{6,8})(?!\d)")
# BizTalk Server's own versions begin with 3; a schema's or an XML version does not look like this.
_VERSION = re.compile(r"3\.\d+\.\d+(?:\.\d+)?")
# Builds of BizTalk Server 2016: its feature packs count like BizTalk Server 2020.
_2016 = "Microsoft BizTalk Server 2016"
_PLAIN_2016, _FEATURE_PACK_2016 = "3.12.", "3.13."
_FILE_NAME = "the file's name"
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
    number: int | None = None
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
    hint = DownloadName.parse(file_name)
    stated = {source.name: UpdateName.parse(title) for source in sources for title in _titles(source)[:1]}
    titled = {**stated, _FILE_NAME: hint.name}
    name = next((name for name in titled.values() if name.kind != "unknown"), hint.name)
    kb = _agreed("KB", [*((s.name, _kb(s)) for s in sources), (_FILE_NAME, hint.name.kb)])
    product = _agreed("the product", [*((s.name, _product(s)) for s in sources), (_FILE_NAME, hint.name.product)])
    version = _agreed("the version", [(s.name, _version(s)) for s in sources], same=_same_version)
    level = _agreed("it", [(source, named.level) for source, named in titled.items()])
    companion = _agreed("the companion product", [(source, named.companion) for source, named in titled.items()])
    languages = _languages(sources)
    branch = _by_build(product.value, version.value) or name.branch
    return Identity(
        kb=kb.value,
        title=next((title for source in sources for title in _titles(source)), ""),
        product=product.value,
        kind=name.kind,
        number=name.number,
        version=version.value,
        minimum_version=next((minimum for source in sources for minimum in _minimum(source)), ""),
        languages=languages or tuple(filter(None, [hint.language])),
        branch="" if branch == "plain" else branch,
        companion=companion.value,
        named_architecture=hint.architecture,
        warnings=(
            *(warning for agreed in (kb, product, version, level, companion) for warning in agreed.warnings),
            *_language_warning(languages, hint.language),
            *_branch_warning(branch, name.branch, version.value),
        ),
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
    name = UpdateName.parse(title)
    return bool(name.kb) or name.kind != "unknown"


def _kb(source: Source) -> str:
    """From the display name, else from what is called KB something, else from anywhere."""
    for title in _titles(source):
        if KB.search(title):
            return first(KB, title)
    for statement in source.statements:
        if "kb" in statement.name and _NUMBER.search(statement.value):
            return first(_NUMBER, statement.value)
    return next((first(KB, s.value) for s in source.statements if KB.search(s.value)), "")


def _product(source: Source) -> str:
    texts = (*_titles(source), *(statement.value for statement in source.statements))
    return next((product for text in texts if (product := UpdateName.parse(text).product)), "")


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


def _by_build(product: str, version: str) -> str:
    """The branch of BizTalk Server 2016, which is the only release that has two."""
    branches = {_PLAIN_2016: "plain", _FEATURE_PACK_2016: "feature_pack"}
    return branches.get(version[: len(_PLAIN_2016)], "") if product == _2016 else ""


def _branch_warning(branch: str, named: str, version: str) -> Iterator[str]:
    if branch == "plain" and named:
        yield (
            f"The sources contradict each other: the name says Feature Pack, but version {version} is of BizTalk Server"
            " 2016 without Feature Pack. The two branches must not be mixed."
        )


def _languages(sources: tuple[Source, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source in sources:
        for statement in source.statements:
            if "lang" in statement.name or "lcid" in statement.name:
                found.update(dict.fromkeys(_language_codes(statement.value)))
    return tuple(found)


def _language_warning(languages: tuple[str, ...], named: str) -> Iterator[str]:
    if languages and named in _LANGUAGES.values() and named not in languages:
        yield (
            f"The sources contradict each other: the language is {', '.join(languages)} inside the package, but {named}"
            f" after {_FILE_NAME}."
        )


def _language_codes(value: str) -> list[str]:
    numbers = [_LANGUAGES[int(number)] for number in re.findall(r"\b\d{4}\b", value) if int(number) in _LANGUAGES]
    return numbers or [code for code in re.findall(r"\b[A-Z]{3}\b", value.upper()) if code in _LANGUAGES.values()]
