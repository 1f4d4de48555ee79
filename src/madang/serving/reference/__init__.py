# SPDX-License-Identifier: Apache-2.0
"""The services that the platform brings along: a card and a module each. They are deployed as anybody's are, and never imported by us."""

__all__: list[str] = []
