# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What went wrong with SQL Server, in words that name the server, the object and the remedy.

The numbers are those of Microsoft's *Database engine events and errors*, the five-character codes ODBC's SQLSTATE.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    DRIVER_MISSING = "driver_missing"
    UNREACHABLE = "unreachable"
    TLS_REFUSED = "tls_refused"
    LOGIN_FAILED = "login_failed"
    PERMISSION_MISSING = "permission_missing"
    DATABASE_MISSING = "database_missing"
    OBJECT_MISSING = "object_missing"
    CONNECTION_LOST = "connection_lost"
    DEADLOCK = "deadlock"
    ACCOUNT_UNKNOWN = "account_unknown"
    SESSION_GONE = "session_gone"
    TIMED_OUT = "timed_out"
    AGENT_REFUSED = "agent_refused"
    OTHER = "other"


class SqlError(Exception):
    """A failure that a person can act on. Its text never holds a password."""

    def __init__(self, message: str, kind: Kind = Kind.OTHER) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Symptom:
    """How a kind of failure shows: by SQL Server's error number, else by the driver's text, else by the SQLSTATE."""

    kind: Kind
    remedy: str
    numbers: frozenset[int] = frozenset()
    pattern: str = ""
    states: frozenset[str] = frozenset()


# The first match wins: a secondary replica says 983 and 4060, 4060 comes together with 18456, a refused certificate has
# the SQLSTATE of an unreachable host.
SYMPTOMS: t.Final = (
    Symptom(
        Kind.DATABASE_MISSING,
        "The instance holds a secondary replica of the database, or takes it over just now: connect to the availability"
        " group's listener",
        numbers=frozenset({976, 978, 979, 982, 983}),
    ),
    Symptom(
        Kind.DATABASE_MISSING,
        "The database does not exist there, is not online, or this login may not open it: check the options server and"
        " database",
        numbers=frozenset({4060, 911, 921, 922, 927, 945}),
    ),
    Symptom(
        Kind.LOGIN_FAILED,
        "The login was refused: check login_user and login_password, or for integrated authentication that the"
        " controller holds a Kerberos ticket (klist) of an account that is a login there",
        numbers=frozenset({18452, 18456, 18470, 18486, 18487, 18488}),
        pattern=r"SSPI Provider|No Kerberos credentials|Cannot (generate|authenticate using) SSPI",
        states=frozenset({"28000"}),
    ),
    Symptom(
        Kind.PERMISSION_MISSING,
        "The login lacks a permission: patching needs the server role sysadmin on every instance of the group",
        numbers=frozenset({229, 230, 262, 297, 300, 916, 3110, 15247}),
    ),
    Symptom(
        Kind.OBJECT_MISSING,
        "The database is not what was expected: check that the option database names a BizTalk management database",
        numbers=frozenset({207, 208, 2812}),
        states=frozenset({"42S02", "42S22"}),
    ),
    Symptom(
        Kind.DEADLOCK,
        "Somebody else's work stood in the way each time: try again when less is going on",
        numbers=frozenset({1205}),
    ),
    Symptom(
        Kind.ACCOUNT_UNKNOWN,
        "Windows does not know the account, or SQL Server cannot ask the domain",
        numbers=frozenset({15404}),
    ),
    Symptom(Kind.SESSION_GONE, "The session has ended by itself", numbers=frozenset({6106, 6107})),
    Symptom(
        Kind.AGENT_REFUSED,
        "SQL Server Agent refused: it is stopped, or the job runs already",
        numbers=frozenset({22022}),
    ),
    Symptom(
        Kind.DRIVER_MISSING,
        "The ODBC driver is not there: install Microsoft's ODBC Driver 18 (system package msodbcsql18, or pip install"
        " mssql-python-odbc), or name another in the option driver",
        pattern=r"Can't open lib|no default driver specified|Driver's SQLAllocHandle",
        states=frozenset({"IM002", "IM003", "IM004", "IM005"}),
    ),
    Symptom(
        Kind.TLS_REFUSED,
        "The encrypted connection was refused",
        pattern=r"SSL Provider|SSL routines|certificate|TLS|encryption",
    ),
    Symptom(
        Kind.TLS_REFUSED,
        "The connection was refused, and FreeTDS does not say why. When the address and the port are right it is the"
        " certificate: its issuer is not the one in ca_certificate, or it is for another name than the one connected"
        " to. Microsoft's driver would say which",
        pattern=r"\[FreeTDS\].*Unable to connect to data source",
    ),
    Symptom(
        Kind.UNREACHABLE,
        "Somebody answers there and hangs up at once: SQL Server before 2022 does so with encrypt=strict, and what is"
        " no SQL Server does so always",
        pattern=r"^\[08001\].*\((10054|104)\)",
    ),
    Symptom(Kind.UNREACHABLE, "The instance is not ready yet: try again shortly", numbers=frozenset({40613})),
    Symptom(
        Kind.UNREACHABLE,
        "Nothing answers there: check the name, the port, the firewall and that the instance runs, or give the address"
        " that the controller must use in server_addresses",
        pattern=r"Server is not found|Unable to connect|Login timeout expired|MAX_PROVS",
        states=frozenset({"08001", "HYT01"}),
    ),
    Symptom(
        Kind.CONNECTION_LOST,
        "The connection broke while it was used: the instance stopped, failed over or was cut off by the network",
        numbers=frozenset({596, 6005, 20004, 20006, 20017, 20047}),
        # FreeTDS has no better word for it.
        pattern=r"\[FreeTDS\]\[SQL Server\]Unknown error \(0\)",
        states=frozenset({"08S01", "08003", "08007"}),
    ),
    Symptom(Kind.TIMED_OUT, "The statement took longer than query_timeout", states=frozenset({"HYT00"})),
)

# Why a TLS handshake failed, from OpenSSL's words in the driver's text.
TLS_REASONS: t.Final = (
    (
        r"subject name does not match|hostname mismatch|name does not match",
        "its certificate is for another name: connect with a name that the certificate holds as a DNS name (the driver"
        " does not look at IP addresses in it), or give that name in hostname_in_certificate",
    ),
    (
        r"self.signed|unable to get local issuer|unable to verify the first|certificate chain",
        "the controller does not trust the issuer of its certificate: give the issuer's certificate in ca_certificate",
    ),
    (r"expired|not yet valid|not valid at the current time", "its certificate is expired or not yet valid"),
    (r"Provided certificate doesn't match", "its certificate is not the one given in server_certificate"),
    (
        r"Invalid file path for server certificate|Certificate file provided is invalid",
        "server_certificate is unreadable",
    ),
    (
        r"wrong version number|unsupported protocol|no protocols available|Encryption not supported",
        "the two have no TLS version in common; encrypt=strict needs SQL Server 2022 or newer",
    ),
)


def translate(state: str, text: str, *, server: str, doing: str, secret: str | None = None) -> SqlError:
    """Makes an error of ODBC's SQLSTATE and message.

    ``doing`` says what was tried ("connect to database X"); ``secret`` is cut out of the driver's text.
    """
    clean = _without_secret(text, secret)
    symptom = next((symptom for symptom in SYMPTOMS if _shows(symptom, state, clean)), None)
    if symptom is None:
        return SqlError(f"SQL Server {server}: cannot {doing}: {plain(clean)}")
    remedy = _tls_reason(clean) or symptom.remedy if symptom.kind is Kind.TLS_REFUSED else symptom.remedy
    return SqlError(f"SQL Server {server}: cannot {doing}. {remedy}. ({plain(clean)})", symptom.kind)


def plain(text: str) -> str:
    """The server's own words, without the tags that the driver manager and the driver put before them."""
    untagged = re.sub(r"\[[^\]]*\](?=\[|\w)", "", text)
    return " ".join(re.sub(r"\(SQL[A-Z][A-Za-z]+\)", "", untagged).split())


def _shows(symptom: Symptom, state: str, text: str) -> bool:
    numbers = {int(number) for number in re.findall(r"\((\d+)\)", text)}
    if symptom.numbers & numbers:
        return True
    if symptom.pattern and re.search(symptom.pattern, text, re.IGNORECASE):
        return True
    return state in symptom.states


def _tls_reason(text: str) -> str | None:
    reasons = [reason for pattern, reason in TLS_REASONS if re.search(pattern, text, re.IGNORECASE)]
    return f"The encrypted connection was refused: {reasons[0]}" if reasons else None


def _without_secret(text: str, secret: str | None) -> str:
    if not secret:
        return text
    for form in (secret.replace("}", "}}"), secret):
        text = text.replace(form, "********")
    return text
