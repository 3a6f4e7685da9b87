# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects of AWX's API are made of (AWX 24, `/api/v2/<endpoint>/`, OPTIONS of each)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Value = t.Any
REQUIRED: t.Final = ...


@dataclass(frozen=True)
class Resource:
    """One kind of object.

    `fields` are those that may be written, with their defaults; a default of text takes null for "". `read_only` may be
    sent, and is ignored. `references` and `associations` tell of which endpoint the ids are. No two objects have the
    same values in all of `unique`.
    """

    type: str
    fields: dict[str, Value]
    unique: tuple[str, ...] = ("name",)
    read_only: dict[str, Value] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    associations: dict[str, str] = field(default_factory=dict)
    has_survey: bool = False


_NOTIFICATIONS = {
    f"notification_templates_{when}": "notification_templates" for when in ("started", "success", "error")
}
_NAMED: dict[str, Value] = {"name": REQUIRED, "description": ""}
_ASKS = [
    *("scm_branch", "diff_mode", "variables", "limit", "tags", "skip_tags", "job_type", "verbosity", "inventory"),
    *("credential", "execution_environment", "forks", "instance_groups", "job_slice_count", "labels", "timeout"),
]

RESOURCES: t.Final = {
    "organizations": Resource(
        "organization",
        _NAMED | {"max_hosts": 0, "custom_virtualenv": None, "default_environment": None},
        references={"default_environment": "execution_environments"},
        associations=_NOTIFICATIONS | {"instance_groups": "instance_groups", "galaxy_credentials": "credentials"},
    ),
    "instance_groups": Resource("instance_group", {"name": REQUIRED}),
    "execution_environments": Resource(
        "execution_environment",
        _NAMED | {"organization": None, "image": REQUIRED, "credential": None, "pull": ""},
        read_only={"managed": False},
        references={"organization": "organizations", "credential": "credentials"},
    ),
    "credential_types": Resource(
        "credential_type",
        _NAMED | {"kind": REQUIRED, "inputs": {}, "injectors": {}},
        unique=("name", "kind"),
        read_only={"managed": False, "namespace": None},
    ),
    "credentials": Resource(
        "credential",
        _NAMED | {"organization": None, "credential_type": REQUIRED, "inputs": {}},
        unique=("organization", "name", "credential_type"),
        read_only={"managed": False},
        references={"organization": "organizations", "credential_type": "credential_types"},
    ),
    "projects": Resource(
        "project",
        _NAMED
        | {"local_path": "", "scm_type": "", "scm_url": "", "scm_branch": "", "scm_refspec": "", "scm_clean": False}
        | {"scm_track_submodules": False, "scm_delete_on_update": False, "credential": None, "timeout": 0}
        | {"organization": None, "scm_update_on_launch": False, "scm_update_cache_timeout": 0}
        | {"allow_override": False, "custom_virtualenv": None, "default_environment": None}
        | {"signature_validation_credential": None},
        unique=("organization", "name"),
        read_only={"scm_revision": "", "status": "pending"},
        references={"organization": "organizations", "credential": "credentials"},
        associations=_NOTIFICATIONS,
    ),
    "inventories": Resource(
        "inventory",
        _NAMED
        | {"organization": REQUIRED, "kind": "", "host_filter": None, "variables": ""}
        | {"prevent_instance_group_fallback": False},
        unique=("organization", "name"),
        references={"organization": "organizations"},
        associations={"instance_groups": "instance_groups"},
    ),
    "inventory_sources": Resource(
        "inventory_source",
        _NAMED
        | {"inventory": REQUIRED, "source": REQUIRED, "source_path": "", "source_vars": "", "scm_branch": ""}
        | {"credential": None, "enabled_var": "", "enabled_value": "", "host_filter": "", "overwrite": False}
        | {"overwrite_vars": False, "custom_virtualenv": None, "timeout": 0, "verbosity": 1, "limit": ""}
        | {"execution_environment": None, "update_on_launch": False, "update_cache_timeout": 0, "source_project": None},
        unique=("inventory", "name"),
        read_only={"organization": None},
        references={
            "inventory": "inventories",
            "credential": "credentials",
            "source_project": "projects",
            "execution_environment": "execution_environments",
        },
        associations=_NOTIFICATIONS,
    ),
    "job_templates": Resource(
        "job_template",
        _NAMED
        | {"job_type": "run", "inventory": None, "project": None, "playbook": "", "scm_branch": "", "forks": 0}
        | {"limit": "", "verbosity": 0, "extra_vars": "", "job_tags": "", "force_handlers": False, "skip_tags": ""}
        | {"start_at_task": "", "timeout": 0, "use_fact_cache": False, "execution_environment": None}
        | {"host_config_key": "", "survey_enabled": False, "become_enabled": False, "diff_mode": False}
        | {"allow_simultaneous": False, "custom_virtualenv": None, "job_slice_count": 1, "webhook_service": ""}
        | {"webhook_credential": None, "prevent_instance_group_fallback": False}
        | {f"ask_{what}_on_launch": False for what in _ASKS},
        unique=("organization", "name"),
        # It is that of the project.
        read_only={"organization": None},
        references={
            "inventory": "inventories",
            "project": "projects",
            "execution_environment": "execution_environments",
        },
        associations=_NOTIFICATIONS
        | {"credentials": "credentials", "instance_groups": "instance_groups", "labels": "labels"},
        has_survey=True,
    ),
    "workflow_job_templates": Resource(
        "workflow_job_template",
        _NAMED
        | {"extra_vars": "", "organization": None, "survey_enabled": False, "allow_simultaneous": False}
        | {"inventory": None, "limit": "", "scm_branch": "", "job_tags": "", "skip_tags": "", "webhook_service": ""}
        | {"webhook_credential": None}
        | {f"ask_{what}_on_launch": False for what in ("variables", "inventory", "scm_branch", "limit", "labels")}
        | {"ask_tags_on_launch": False, "ask_skip_tags_on_launch": False},
        unique=("organization", "name"),
        references={"organization": "organizations", "inventory": "inventories"},
        associations=_NOTIFICATIONS
        | {"labels": "labels", "notification_templates_approvals": "notification_templates"},
        has_survey=True,
    ),
    "workflow_job_template_nodes": Resource(
        "workflow_job_template_node",
        {"workflow_job_template": REQUIRED, "identifier": REQUIRED, "unified_job_template": None, "extra_data": {}}
        | {"inventory": None, "scm_branch": "", "job_type": None, "job_tags": "", "skip_tags": "", "limit": ""}
        | {"diff_mode": None, "verbosity": None, "execution_environment": None, "forks": None, "job_slice_count": None}
        | {"timeout": None, "all_parents_must_converge": False},
        unique=("workflow_job_template", "identifier"),
        read_only={"type": ""},
        references={
            "workflow_job_template": "workflow_job_templates",
            "unified_job_template": "unified_job_templates",
            "inventory": "inventories",
        },
        associations=dict.fromkeys(("success_nodes", "failure_nodes", "always_nodes"), "workflow_job_template_nodes"),
    ),
    "workflow_approval_templates": Resource("workflow_approval_template", _NAMED | {"timeout": 0}, unique=()),
}

# The kinds whose objects can be steps of a workflow; their ids are from one sequence.
UNIFIED: t.Final = ("projects", "inventory_sources", "job_templates", "workflow_job_templates")
