# SPDX-License-Identifier: Apache-2.0
"""What is in the yard: namespaces, assets and their versions, who may see them, and the list that people look through.

An asset is known by (kind, namespace, name), a version by its number in the asset and, once fetched, by the digest of its content. This
room does not know how a version is fetched, verified or shown; higher rooms hand in the little that the list says about it.
"""

from madang.catalog.actions import (
    add_version,
    describe,
    drop_label,
    fix_content,
    hand_over_namespace,
    open_namespace,
    register,
    rename,
    set_exposure,
    set_field,
    set_title,
)
from madang.catalog.addresses import asset_address, version_address
from madang.catalog.api import InKind, InName, InNamespace, router
from madang.catalog.errors import (
    AssetTaken,
    InvalidExposure,
    InvalidKind,
    InvalidLabel,
    LabelTaken,
    MayOnlyRead,
    NamespaceNotYours,
    NoSuchAsset,
    NoSuchVersion,
)
from madang.catalog.kinds import EXPOSURES, FIELDS, KINDS
from madang.catalog.models import Asset, Namespace, Version
from madang.catalog.pages import AssetRow, Share, row_of
from madang.catalog.queries import (
    assets,
    changeable,
    check_changeable,
    count_assets,
    facets,
    find_asset,
    free_label,
    get_asset,
    get_asset_by_id,
    get_version,
    get_version_by_id,
    namespaces_of,
    place_of,
    versions_of,
    visible,
)
from madang.catalog.rules import Source, may_see, reserved_names
from madang.catalog.search import FACETS, FAMILIES, Filter, Found, Hit, Place, find, refresh_search, set_search_text, yard
from madang.catalog.web import routes

__all__ = [
    "EXPOSURES",
    "FACETS",
    "FAMILIES",
    "FIELDS",
    "KINDS",
    "Asset",
    "AssetRow",
    "AssetTaken",
    "Filter",
    "Found",
    "Hit",
    "InKind",
    "InName",
    "InNamespace",
    "InvalidExposure",
    "InvalidKind",
    "InvalidLabel",
    "LabelTaken",
    "MayOnlyRead",
    "Namespace",
    "NamespaceNotYours",
    "NoSuchAsset",
    "NoSuchVersion",
    "Place",
    "Share",
    "Source",
    "Version",
    "add_version",
    "asset_address",
    "assets",
    "changeable",
    "check_changeable",
    "count_assets",
    "describe",
    "drop_label",
    "facets",
    "find",
    "find_asset",
    "fix_content",
    "free_label",
    "get_asset",
    "get_asset_by_id",
    "get_version",
    "get_version_by_id",
    "hand_over_namespace",
    "may_see",
    "namespaces_of",
    "place_of",
    "open_namespace",
    "refresh_search",
    "register",
    "rename",
    "reserved_names",
    "router",
    "routes",
    "row_of",
    "set_exposure",
    "set_field",
    "set_search_text",
    "set_title",
    "version_address",
    "versions_of",
    "visible",
    "yard",
]
