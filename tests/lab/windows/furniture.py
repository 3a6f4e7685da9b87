# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services and the registry of a computer as setup and the BizTalk configuration leave them."""

from __future__ import annotations

import typing as t

from tests.lab.windows.service import Definition, Program, StartMode

if t.TYPE_CHECKING:
    from tests.lab.topology import Computer, CustomService, Group, SqlServer, Topology
    from tests.lab.windows.registry import Registry
    from tests.lab.windows.spec import Feature

SERVICE_ACCOUNT = r"LAB\svc-biztalk"
SSO_ACCOUNT = r"LAB\svc-sso"
INSTALL_PATH = "C:\\Program Files (x86)\\Microsoft BizTalk Server\\"
UNINSTALL = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
UNINSTALL_32 = r"HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
_FEATURES: dict[Feature, tuple[str, str, str]] = {
    "tms": ("LabTms", "BizTalk TMS", "LabTms.exe"),
    "bam_alerts": ("BAMAlerts", "BAMAlerts", "LabBamAlerts.exe"),
    "edi": ("LabEdi", "BizTalk Base EDI Service", "LabEdi.exe"),
    "hl7": ("LabHl7", "HL7 Logging Service", "LabHl7.exe"),
}
PRODUCT = r"HKLM:\SOFTWARE\Microsoft\BizTalk Server\3.0"


def biztalk_services(topology: Topology, computer: Computer) -> list[Definition]:
    """Enterprise SSO, the rule engine, the in-process host instances, IIS where a host is isolated, and the rest."""
    names = {role: tuple(item.name for item in found) for role, found in topology.databases_by_role.items()}
    services = [
        Definition(
            "ENTSSO",
            "Enterprise Single Sign-On Service",
            "sso",
            (Program("ENTSSO.exe", SSO_ACCOUNT, names["sso"]),),
            account=SSO_ACCOUNT,
            start_mode="manual" if topology.clusters_sso(computer.name) else "auto",
        ),
        Definition(
            "RuleEngineUpdateService",
            "Rule Engine Update Service",
            "rule_engine",
            (Program("RuleEngineUpdateService.exe", SERVICE_ACCOUNT, names["rule_engine"]),),
            account=SERVICE_ACCOUNT,
            depends_on=("ENTSSO",),
        ),
    ]
    runtime = (*names["management"], *names["message_box"])
    hosts = [topology.group.host(name) for name in computer.host_instances]
    suffix = "64" if computer.architecture == "x64" else ""
    services += [
        Definition(
            f"BTSSvc${host.name}",
            f"BizTalk Service BizTalk Group : {host.name}",
            "host_instance",
            (Program(f"BTSNTSvc{suffix}.exe", SERVICE_ACCOUNT, runtime),),
            account=SERVICE_ACCOUNT,
            depends_on=("ENTSSO",),
            # What is disabled in BizTalk Server does not come back with the computer.
            start_mode="manual" if host.cluster_group or computer.host_instances[host.name] == "disabled" else "auto",
            path=f'"{INSTALL_PATH}BTSNTSvc{suffix}.exe" -group "{topology.group.name}" -name "{host.name}"',
            recovers_after=None if host.cluster_group else 60.0,
        )
        for host in hosts
        if host.type == "in_process"
    ]
    isolated = any(host.type == "isolated" for host in hosts)
    if isolated if computer.iis is None else computer.iis:
        services += _iis(Program("w3wp.exe", SERVICE_ACCOUNT, runtime if isolated else ()))
    services += [_feature(feature, runtime) for feature in computer.features]
    return services + [_custom(service) for service in computer.services] + _windows()


def sql_services(server: SqlServer, *, clustered: bool = False) -> list[Definition]:
    """SQL Server and its Agent, under the names of a default or of a named instance.

    Of a clustered instance the cluster starts them.
    """
    mode: StartMode = "manual" if clustered else "auto"
    _computer, _, instance = server.name.partition("\\")
    engine, agent = (f"MSSQL${instance}", f"SQLAgent${instance}") if instance else ("MSSQLSERVER", "SQLSERVERAGENT")
    label = instance or "MSSQLSERVER"
    return [
        Definition(
            engine,
            f"SQL Server ({label})",
            "sql_server",
            (Program("sqlservr.exe", r"LAB\svc-sql"),),
            start_mode=mode,
        ),
        Definition(
            agent,
            f"SQL Server Agent ({label})",
            "agent",
            (Program("SQLAGENT.EXE", r"LAB\svc-sql"),),
            start_mode=mode,
            depends_on=(engine,),
            agent_of=server.name,
        ),
        *_windows(),
    ]


def write_registry(registry: Registry, group: Group, computer: Computer) -> None:
    """What setup and configuration leave behind (domain facts: the keys below `BizTalk Server\\3.0`)."""
    registry.set(
        PRODUCT,
        InstallPath=INSTALL_PATH,
        ProductEdition=group.edition,
        ProductVersion=group.version,
        ProductName=group.product,
        ProductLanguage=group.language,
    )
    if computer.in_group:
        registry.set(
            rf"{PRODUCT}\Administration",
            MgmtDBServer=group.management.instance,
            MgmtDBName=group.management.database,
        )
    registry.set(rf"{UNINSTALL}\{group.product}", DisplayName=group.product, DisplayVersion=group.version)
    if computer.architecture == "x64":
        registry.set(UNINSTALL_32)


def _feature(feature: Feature, databases: tuple[str, ...]) -> Definition:
    """A further service of BizTalk Server; of some only the display name is public, the rest is the lab's."""
    name, display_name, image = _FEATURES[feature]
    program = Program(image, SERVICE_ACCOUNT, databases)
    return Definition(name, display_name, "biztalk", (program,), account=SERVICE_ACCOUNT)


def _custom(service: CustomService) -> Definition:
    return Definition(
        service.name,
        service.display_name or service.name,
        "adapter",
        (Program(service.image, service.account, service.databases),),
        account=service.account,
        start_mode="disabled" if service.state == "disabled" else "auto",
        depends_on=service.depends_on,
    )


def _iis(worker: Program) -> list[Definition]:
    """IIS with the application pool of an isolated host in a worker process of its own."""
    host_process = Program("svchost.exe")
    return [
        Definition("WAS", "Windows Process Activation Service", "iis", (host_process,), start_mode="manual"),
        Definition("W3SVC", "World Wide Web Publishing Service", "iis", (host_process, worker), depends_on=("WAS",)),
        Definition("IISADMIN", "IIS Admin Service", "iis", (Program("inetinfo.exe"),)),
    ]


def _windows() -> list[Definition]:
    """Two services that no procedure for BizTalk may touch."""
    return [
        Definition("Spooler", "Print Spooler", "other", (Program("spoolsv.exe"),)),
        Definition("Winmgmt", "Windows Management Instrumentation", "other", (Program("svchost.exe"),)),
    ]
