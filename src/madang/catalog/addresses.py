# SPDX-License-Identifier: Apache-2.0
"""Where an asset and a version have their pages; behind ``/api/v1`` the same for programs."""

from urllib.parse import quote

from madang.catalog.models import Asset, Version


def asset_address(asset: Asset) -> str:
    """The page of an asset."""
    return f"/assets/{asset.kind}/{quote(asset.namespace)}/{quote(asset.name)}"


def version_address(asset: Asset, version: Version) -> str:
    """The page of a version."""
    return f"{asset_address(asset)}/versions/{version.number}"
