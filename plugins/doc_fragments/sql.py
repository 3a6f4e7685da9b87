# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that connect to SQL Server; sql_argument_spec() is their other half."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - The SQL Server instance with the management database, as C(host), C(host\instance), C(host,port) or the name of
        an availability group's listener.
      - For a named instance without a port the driver asks the SQL Server Browser service (UDP 1434).
    type: str
    required: true
  database:
    description: Name of the management database.
    type: str
    default: BizTalkMgmtDb
  login_user:
    description:
      - SQL Server login. Without it the login is one with integrated authentication, which on the controller means a
        Kerberos ticket of the account that runs Ansible.
    type: str
  login_password:
    description: Password of O(login_user).
    type: str
  driver:
    description:
      - ODBC driver to use, by the name it is registered under or by the path of its library.
      - By default the first that is found of C(ODBC Driver 18 for SQL Server), C(ODBC Driver 17 for SQL Server),
        C(FreeTDS) and the library inside the Python package C(mssql-python-odbc).
      - C(FreeTDS) cannot do O(encrypt=strict), O(hostname_in_certificate) and O(multi_subnet_failover); with it these
        are refused. Whatever its own configuration files say, it checks the certificate as these options demand.
    type: str
  encrypt:
    description:
      - Whether the connection is encrypted.
      - V(strict) is TDS 8.0, which needs SQL Server 2022 and Microsoft's driver 18.
      - With V(no) only the login itself may be encrypted, as the server decides.
    type: str
    choices: ["yes", "no", "strict"]
    default: "yes"
  trust_server_certificate:
    description: Accept any certificate of the server, as one that SQL Server made for itself.
    type: bool
    default: false
  ca_certificate:
    description:
      - File with the certificates of the authorities to trust for these connections (PEM), on the controller.
      - Without it the driver trusts what OpenSSL trusts on that computer.
    type: path
  server_certificate:
    description:
      - File with the one certificate to accept (PEM, DER or CER).
      - The driver looks at it with O(encrypt=strict) only, so anything else is refused.
    type: path
  hostname_in_certificate:
    description:
      - Name to accept in the certificate besides the one connected to, on every instance.
      - The driver compares DNS names, not IP addresses. Where O(server_addresses) holds IP addresses, use names that
        resolve on the controller, or this option.
    type: str
  multi_subnet_failover:
    description:
      - Try all addresses of a name at once, for the listener of an Availability Group whose replicas are in different
        subnets. Only with a name and a default port or C(host,port), as Microsoft's driver demands.
    type: bool
    default: false
  connect_timeout:
    description: Seconds to wait for a connection.
    type: int
    default: 15
  query_timeout:
    description: Seconds to wait for the answer to a statement. Checking a backup file has no limit.
    type: int
    default: 120
  application_name:
    description: Program name that the sessions show on the server.
    type: str
    default: biztalk.patching
  server_addresses:
    description:
      - Where the controller finds an instance, for each name that the group uses and the controller does not.
      - The management database holds the instances as the BizTalk computers see them, that is NetBIOS names, aliases or
        listeners. A key is such a name, C(SQL1) or C(SQL1\BTS), its value has the form of O(server).
      - Case does not matter in a key. O(server) is looked up here too.
    type: dict
    default: {}
requirements:
  - pyodbc (Python package) on the controller
  - Microsoft's ODBC Driver 18 or 17 for SQL Server, or FreeTDS; C(pip install mssql-python-odbc) brings Microsoft's
    without a system package
notes:
  - A module runs on the controller or on a Linux jump host, not on Windows. Delegate it there, for example with
    C(delegate_to=localhost); what these options say of the controller then goes for that host.
  - When a connection breaks, an instance fails over or a deadlock makes a question its victim, it is asked again for
    about a minute. What changes something is never repeated.
  - No message holds the password.
"""
