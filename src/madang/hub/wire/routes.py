# SPDX-License-Identifier: Apache-2.0
"""Every address of this wire. Those of models have no word before the namespace, so they come last of all and take no word of ours."""

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route

from madang import catalog
from madang.hub import rules
from madang.hub.wire import chunked, committing, large, reading, repositories
from madang.hub.wire.doors import address


class Namespace(StringConvertor):
    """A first segment that can be a namespace: none of the platform's own words."""

    regex = f"(?!(?:{'|'.join(each.replace('.', '[.]') for each in sorted(catalog.reserved_names()))})(?:/|$))[A-Za-z0-9][A-Za-z0-9._-]*"


register_url_convertor("namespace", Namespace())
FIRST = {"dataset": "/datasets/{namespace}/{name}", "model": "/{namespace:namespace}/{name}"}


def _of_kind(kinds: str) -> list[Route]:
    base = f"/api/{kinds}/{{namespace}}/{{name}}"
    return [
        address(f"/api/{kinds}", repositories.list_repositories, method="GET"),
        address(base, repositories.show_repository, method="GET"),
        address(f"{base}/revision/{{rest:path}}", repositories.show_repository, method="GET"),
        address(f"{base}/tree/{{rest:path}}", reading.list_files, method="GET"),
        address(f"{base}/paths-info/{{rest:path}}", reading.show_paths, method="POST"),
        address(f"{base}/refs", repositories.list_refs, method="GET"),
        address(f"{base}/commits/{{rest:path}}", repositories.list_commits, method="GET"),
        address(f"{base}/auth-check", repositories.check_access, method="GET"),
        address(f"{base}/settings", repositories.change_settings, method="PUT", writes=True),
        address(f"{base}/branch/{{rest:path}}", repositories.create_branch, method="POST", writes=True),
        address(f"{base}/branch/{{rest:path}}", repositories.delete_branch, method="DELETE", writes=True),
        address(f"{base}/tag/{{rest:path}}", repositories.create_tag, method="POST", writes=True),
        address(f"{base}/tag/{{rest:path}}", repositories.delete_tag, method="DELETE", writes=True),
        address(f"{base}/xet-write-token/{{rest:path}}", chunked.show_token, method="GET"),
        address(f"{base}/preupload/{{rest:path}}", committing.choose_ways, method="POST"),
        committing.commit_route(f"{base}/commit/{{rest:path}}"),
    ]


def _at_pages(kind: str) -> list[Route]:
    base = FIRST[kind]
    return [
        address(f"{base}/resolve/{{rest:path}}", reading.show_file, method="GET", browsers=True),
        address(f"{base}.git/info/lfs/objects/batch", large.create_batch, method="POST"),
        address(f"{base}.git/info/lfs/objects/verify", large.confirm_object, method="POST"),
        large.object_route(f"{base}.git/info/lfs/objects/{{sha256}}"),
    ]


routes = [
    address("/api/whoami-v2", repositories.show_self, method="GET"),
    address("/api/repos/create", repositories.create_repository, method="POST", writes=True),
    address("/api/repos/delete", repositories.delete_repository, method="DELETE", writes=True),
    address("/api/repos/move", repositories.move_repository, method="POST", writes=True),
    address("/api/validate-yaml", repositories.check_card, method="POST"),
    *chunked.routes(),
    *(route for kinds in rules.KINDS.values() for route in _of_kind(kinds)),
    *(route for kind in rules.KINDS for route in _at_pages(kind)),
]
