#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_info
short_description: Tell what a BizTalk Server update contains
version_added: 0.1.0
description:
  - Opens a BizTalk Server update without running it and tells which update it is, for which computers, which files it
    brings, and whether it contains SQL.
  - Whether there is SQL decides how the update is installed and how it is taken back, see Microsoft's article
    KB 2003907. The answer V(no) is given only when a C(Setup.xml) was read and every file of the package was examined.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.info_module
  - biztalk.patching.inspection
options:
  path:
    description:
      - The package as it was downloaded (C(.exe), C(.cab), C(.msi), C(.msp), C(.zip)), or a folder with its content.
    type: path
    required: true
  expected_sha256:
    description:
      - SHA-256 of the download. The task fails if the file has another one.
    type: str
seealso:
  - module: biztalk.patching.package_select
  - name: KB 2003907
    description: How BizTalk Server updates are installed and taken back.
    link: https://support.microsoft.com/help/2003907
"""

EXAMPLES = r"""
- name: Look into a cumulative update
  biztalk.patching.package_info:
    path: /srv/updates/BTS2020-KB5009901-ENU.exe
  delegate_to: localhost
  register: update

- name: Show what it means
  ansible.builtin.debug:
    msg: "{{ update.package.consequences }}"

- name: Look into a hotfix whose answer on SQL the operator knows
  biztalk.patching.package_info:
    path: /srv/updates/BTS2016-KB1234567-ENU.exe
    expected_sha256: 7097de4f9366497ec2d7c4a2b340b71e55d2ea13f5447b27f7968df98152bd4f
    assume_sql: "no"
  delegate_to: localhost
"""

RETURN = r"""
summary:
  description: The most of it in a few lines, for whoever reads the result; of the warnings the first ten.
  returned: success
  type: list
  elements: str
  sample:
    - Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901], version 3.13.844.0, needs 3.13.717.0 at least, ENU
    - "For x64 computers: installer KB5009901.msi is for x64."
    - "SQL: yes. Setup.xml names msgboxlogic.sql (Setup/Scripts/Script@File)."
package:
  description: What the package is and what it means.
  returned: success
  type: dict
  contains:
    path:
      description: The package, as it was given.
      type: str
      returned: success
      sample: /srv/updates/BTS2020-KB5009901-ENU.exe
    file_name:
      description: Its name without folders.
      type: str
      returned: success
      sample: BTS2020-KB5009901-ENU.exe
    size:
      description: Its size in bytes; V(0) for a folder.
      type: int
      returned: success
      sample: 48211968
    sha256:
      description: Its SHA-256; empty for a folder.
      type: str
      returned: success
      sample: 7097de4f9366497ec2d7c4a2b340b71e55d2ea13f5447b27f7968df98152bd4f
    kb:
      description: Number of the KB article; empty if the package does not tell.
      type: str
      returned: success
      sample: "5009901"
    title:
      description: The update's own name.
      type: str
      returned: success
      sample: Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]
    product:
      description: The product that the update is for.
      type: str
      returned: success
      sample: Microsoft BizTalk Server 2020
    companion:
      description: The companion product, if the update is for one, such as V(ESB Toolkit).
      type: str
      returned: success
      sample: ""
    kind:
      description: V(hotfix), V(cumulative_update), V(feature_pack), V(service_pack) or V(unknown).
      type: str
      returned: success
      sample: cumulative_update
    number:
      description: Which one of its kind, such as V(4) for Cumulative Update 4; null if the package does not tell.
      type: int
      returned: success
      sample: 4
    branch:
      description:
        - V(feature_pack) for an update of that branch, otherwise empty. The two must not be mixed.
        - An update for BizTalk Server 2016 is judged by its build.
      type: str
      returned: success
      sample: ""
    version:
      description: The build that the update brings.
      type: str
      returned: success
      sample: 3.13.844.0
    minimum_version:
      description: The build that must be installed before, if the package states it.
      type: str
      returned: success
      sample: 3.13.717.0
    languages:
      description: Languages, as Microsoft's three letters.
      type: list
      elements: str
      returned: success
      sample: [ENU]
    architecture:
      description:
        - For which computers the package is, judged by its content; V(x86), V(x64), V(any), V(ia64), V(arm64) or
          V(unknown).
      type: str
      returned: success
      sample: x64
    architecture_reason:
      description: Why.
      type: str
      returned: success
      sample: installer KB5009901.msi is for x64
    setup_xml:
      description: Where each C(Setup.xml) lies in the package.
      type: list
      elements: str
      returned: success
      sample: [Setup.xml]
    files:
      description: The files to be updated, each with name, architecture, size, version and the source of these facts.
      type: list
      elements: dict
      returned: success
      sample:
        - name: BTSMsgCore.dll
          architecture: x64
          size: 2560
          version: 3.13.844.0
          source: PE version resource
    payloads:
      description: Every file in the package, with its path through the containers.
      type: list
      elements: dict
      returned: success
      sample:
        - path: KB5009901.msi/BTSMsgCore.dll
          size: 2560
          architecture: x64
          version: 3.13.844.0
          version_source: PE version resource
    sql_scripts:
      description: Names of the SQL scripts.
      type: list
      elements: str
      returned: success
      sample: [msgboxlogic.sql]
    has_sql:
      description: Whether the update contains SQL; V(yes), V(no) or V(unknown), always as a string.
      type: str
      returned: success
      sample: "yes"
    has_sql_found:
      description: What the inspection found. It differs from RV(package.has_sql) only where O(assume_sql) overrides it.
      type: str
      returned: success
      sample: "yes"
    has_sql_evidence:
      description: Why the inspection answers RV(package.has_sql_found).
      type: list
      elements: str
      returned: success
      sample: ["Setup.xml names msgboxlogic.sql (Setup/Scripts/Script@File)"]
    assume_sql:
      description: The operator's answer, if one was given.
      type: str
      returned: success
      sample: null
    patch_codes:
      description: Patch codes that the package states.
      type: list
      elements: str
      returned: success
      sample: ["{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}"]
    product_codes:
      description: Product codes of the installers (C(.msi)) in the package; Windows knows them once it is installed.
      type: list
      elements: str
      returned: success
      sample: ["{3C3532C8-182B-5AD9-8EEF-D42434251F0E}"]
    target_product_codes:
      description: Product codes of the products that the patches (C(.msp)) in the package are meant for.
      type: list
      elements: str
      returned: success
      sample: []
    signature:
      description:
        - The Authenticode signature of the program.
        - C(status) is V(unsigned), V(intact), V(tampered) or V(not_checked), with a C(reason) where there is more.
        - C(signer) and C(issuer) are names, C(valid_from) and C(valid_to) the dates of the signer's certificate,
          C(timestamp) is when the file was signed, if that was certified.
        - C(is_microsoft) compares names only. The authority on trust is Windows, where the update is installed.
        - C(trusted) is V(true) where the signature is intact and of Microsoft or of O(trusted_publishers).
      type: dict
      returned: success
      sample:
        status: intact
        signer: C=US, ST=Washington, L=Redmond, O=Microsoft Corporation, CN=Microsoft Corporation
        issuer: C=US, ST=Washington, L=Redmond, O=Microsoft Corporation, CN=Microsoft Code Signing PCA 2011
        valid_from: "2021-09-02T18:32:59Z"
        valid_to: "2022-09-01T18:32:59Z"
        timestamp: "2022-01-14T17:03:12Z"
        reason: ""
        trusted: true
        is_microsoft: true
    requires_group_outage:
      description: Whether the whole group must be down for the install. It must unless RV(package.has_sql=no).
      type: bool
      returned: success
      sample: true
    requires_backup:
      description: Whether all BizTalk databases must be backed up before.
      type: bool
      returned: success
      sample: true
    rollback_method:
      description: V(uninstall) or V(uninstall_and_restore).
      type: str
      returned: success
      sample: uninstall_and_restore
    consequences:
      description: The same in words.
      type: list
      elements: str
      returned: success
      sample: ["Back up all BizTalk databases before the first install."]
    warnings:
      description: What an operator must know, such as scripts that need more work, contradictions, files not examined.
      type: list
      elements: str
      returned: success
      sample: []
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.biztalk.patching.plugins.module_utils._inspection import (
    Inspector,
    inspection_argument_spec,
    missing_libraries,
)
from ansible_collections.biztalk.patching.plugins.module_utils._package import PackageError
from ansible_collections.biztalk.patching.plugins.module_utils._package_files import package_path
from ansible_collections.biztalk.patching.plugins.module_utils._package_words import summary


def main() -> None:
    module = AnsibleModule(
        argument_spec=inspection_argument_spec()
        | {"path": {"type": "path", "required": True}, "expected_sha256": {"type": "str"}},
        supports_check_mode=True,
    )
    for library in missing_libraries():
        module.fail_json(msg=missing_required_lib(library))
    try:
        package = Inspector.from_params(module.params, module.tmpdir).inspect(package_path(module.params["path"]))
        package.expect_checksum(module.params["expected_sha256"])
    except PackageError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, package=package.as_result(), summary=summary(package))


if __name__ == "__main__":
    main()
