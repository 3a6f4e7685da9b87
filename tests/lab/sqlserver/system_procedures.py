# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedures of master."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import script
from tests.lab.sqlserver.schema import columns
from tests.lab.sqlserver.sessions import is_sso
from tests.lab.sqlserver.who import who
from tests.lab.tds.interface import Column, Reply, ResultSet

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.runner import Runner

# ODBC's number of a type, its name and its size.
ODBC_TYPES = (
    (-9, "nvarchar", 4000),
    (12, "varchar", 8000),
    (-3, "varbinary", 8000),
    (-8, "nchar", 4000),
    (1, "char", 8000),
    (-2, "binary", 8000),
    (-10, "ntext", 1073741823),
    (-1, "text", 2147483647),
    (-4, "image", 2147483647),
    (4, "int", 10),
    (5, "smallint", 5),
    (-6, "tinyint", 3),
    (-5, "bigint", 19),
    (-7, "bit", 1),
    (6, "float", 53),
    (3, "decimal", 38),
    (2, "numeric", 38),
    (93, "datetime2", 27),
    (-11, "uniqueidentifier", 36),
)
TYPE_COLUMNS = columns(
    """TYPE_NAME sysname, DATA_TYPE smallint, PRECISION int, LITERAL_PREFIX varchar(32), LITERAL_SUFFIX varchar(32),
    CREATE_PARAMS varchar(32), NULLABLE smallint, CASE_SENSITIVE smallint, SEARCHABLE smallint,
    UNSIGNED_ATTRIBUTE smallint, MONEY smallint, AUTO_INCREMENT smallint, LOCAL_TYPE_NAME sysname,
    MINIMUM_SCALE smallint, MAXIMUM_SCALE smallint, SQL_DATA_TYPE smallint, SQL_DATETIME_SUB smallint,
    NUM_PREC_RADIX int, INTERVAL_PRECISION smallint, USERTYPE smallint"""
)
PARAMETER_COLUMNS = columns(
    """parameter_ordinal int, name sysname, suggested_system_type_id int, suggested_system_type_name nvarchar(128),
    suggested_max_length smallint, suggested_precision tinyint, suggested_scale tinyint, suggested_user_type_id int,
    suggested_user_type_database sysname, suggested_user_type_schema sysname, suggested_user_type_name sysname,
    suggested_assembly_qualified_type_name nvarchar(4000), suggested_xml_collection_id int,
    suggested_xml_collection_database sysname, suggested_xml_collection_schema sysname,
    suggested_xml_collection_name sysname, suggested_is_xml_document bit, suggested_is_case_sensitive bit,
    suggested_is_fixed_length_clr_type bit, suggested_is_input bit, suggested_is_output bit,
    formal_parameter_name sysname, suggested_tds_type_id int, suggested_tds_length int"""
)


def sp_who2(runner: Runner, loginame: str | None) -> t.Iterator[Reply]:
    sessions = runner.instance.sessions.all()
    if not runner.rights.on_server("VIEW SERVER STATE"):
        sessions = [session for session in sessions if session.spid == runner.spid]
    if loginame and loginame.casefold() != "active":
        sessions = [session for session in sessions if session.login.casefold() == loginame.casefold()]
    databases = {name.casefold() for name in runner.instance.biztalk_databases}
    busy = [
        session
        for session in runner.instance.sessions.users()
        if session.database.casefold() in databases and session.spid != runner.spid and not is_sso(session)
    ]
    runner.instance.emit("sql.who", login=runner.login, busy=len(busy))
    yield who(sessions, own=runner.spid)


def sp_datatype_info(runner: Runner, data_type: int, **_versions: int) -> t.Iterator[Reply]:
    typed = tuple(Column(name, kind) for name, kind in TYPE_COLUMNS.items())
    rows = []
    for number, name, size in ODBC_TYPES:
        if data_type in (0, number):
            values = {"TYPE_NAME": name, "DATA_TYPE": number, "PRECISION": size, "NULLABLE": 1, "SEARCHABLE": 3}
            values |= {"CASE_SENSITIVE": 0, "MONEY": 0, "LOCAL_TYPE_NAME": name, "SQL_DATA_TYPE": number, "USERTYPE": 0}
            rows.append(tuple(values.get(column) for column in TYPE_COLUMNS))
    yield ResultSet(typed, rows)


def sp_describe_undeclared_parameters(runner: Runner, tsql: str, params: str | None) -> t.Iterator[Reply]:
    """Drivers ask it for the type of a NULL; that is nvarchar for all parameters here."""
    names = dict.fromkeys(script.variables(tsql))
    rows = []
    for place, name in enumerate(names, 1):
        values = {"parameter_ordinal": place, "name": name, "suggested_system_type_id": 231}
        values |= {"suggested_system_type_name": "nvarchar(4000)", "suggested_max_length": 8000}
        values |= {"suggested_precision": 0, "suggested_scale": 0, "suggested_is_input": 1, "suggested_is_output": 0}
        values |= {"suggested_tds_type_id": 231, "suggested_tds_length": 8000}
        rows.append(tuple(values.get(column) for column in PARAMETER_COLUMNS))
    yield ResultSet(tuple(Column(name, kind) for name, kind in PARAMETER_COLUMNS.items()), rows)
