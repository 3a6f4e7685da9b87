#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_select
short_description: Choose the right download of a BizTalk Server update for a computer
version_added: 0.1.0
description:
  - Opens the downloads of an update and chooses the one that is for a computer's architecture, by their content.
  - An update with only an x86 download is for 32-bit and 64-bit computers. With separate downloads each computer gets
    the one of its own architecture. See Microsoft's article KB 2003907.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.info_module
  - biztalk.patching.inspection
options:
  packages:
    description:
      - The downloads. Each element is a file, a folder with downloads, or a pattern such as C(/srv/updates/*.exe).
      - A folder that holds a C(Setup.xml) itself is one package.
    type: list
    elements: str
    required: true
  architecture:
    description:
      - The computer's architecture as Windows or Ansible reports it, such as V(AMD64), V(64-bit), V(x86) or V(32-bit).
    type: str
    required: true
  chain:
    description:
      - Whether the packages are several updates that are installed in order.
      - If V(false), packages of different updates are an error.
    type: bool
    default: false
seealso:
  - module: biztalk.patching.package_info
  - name: KB 2003907
    description: How BizTalk Server updates are installed and taken back.
    link: https://support.microsoft.com/help/2003907
"""

EXAMPLES = r"""
- name: Choose the download for the computer
  biztalk.patching.package_select:
    packages:
      - /srv/updates/BTS2020-KB5009901-x86-ENU.exe
      - /srv/updates/BTS2020-KB5009901-x64-ENU.exe
    architecture: "{{ ansible_facts.architecture }}"
  delegate_to: localhost
  register: choice

- name: Choose the downloads of a service pack and the hotfix that needs it
  biztalk.patching.package_select:
    packages:
      - /srv/updates
    architecture: 64-bit
    chain: true
  delegate_to: localhost
"""

RETURN = r"""
path:
  description: The chosen package, of a chain the first one.
  returned: success
  type: str
  sample: /srv/updates/BTS2020-KB5009901-x64-ENU.exe
architecture:
  description: The computer's architecture, V(x86) or V(x64).
  returned: success
  type: str
  sample: x64
why:
  description: Why this package.
  returned: success
  type: str
  sample: it is the x64 download, and the computer is x64 (R2)
package:
  description: The chosen package as M(biztalk.patching.package_info) returns it.
  returned: success
  type: dict
chain:
  description: All chosen packages in the order in which they are installed; one unless O(chain=true).
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The package.
      returned: success
      type: str
      sample: /srv/updates/BTS2020-KB5009901-x64-ENU.exe
    why:
      description: Why this package.
      returned: success
      type: str
      sample: it is the x64 download, and the computer is x64 (R2)
    package:
      description: The package as M(biztalk.patching.package_info) returns it.
      returned: success
      type: dict
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import (
    ArchitectureError,
    computer_architecture,
)
from ansible_collections.biztalk.patching.plugins.module_utils._inspection import (
    Inspector,
    inspection_argument_spec,
    missing_libraries,
)
from ansible_collections.biztalk.patching.plugins.module_utils._package import PackageError
from ansible_collections.biztalk.patching.plugins.module_utils._package_files import find_packages
from ansible_collections.biztalk.patching.plugins.module_utils._selection import select, select_chain


def main() -> None:
    module = AnsibleModule(
        argument_spec=inspection_argument_spec()
        | {
            "packages": {"type": "list", "elements": "str", "required": True},
            "architecture": {"type": "str", "required": True},
            "chain": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    for library in missing_libraries():
        module.fail_json(msg=missing_required_lib(library))
    try:
        computer = computer_architecture(module.params["architecture"])
        inspector = Inspector.from_params(module.params, module.tmpdir)
        packages = [inspector.inspect(path) for path in find_packages(module.params["packages"])]
        chosen = select_chain(packages, computer) if module.params["chain"] else [select(packages, computer)]
    except (ArchitectureError, PackageError) as error:
        module.fail_json(msg=str(error))
    chain = [selection.as_result() for selection in chosen]
    module.exit_json(changed=False, architecture=computer, chain=chain, **chain[0])


if __name__ == "__main__":
    main()
