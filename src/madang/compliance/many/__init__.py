# SPDX-License-Identifier: Apache-2.0
"""Registering many at once, from a list: read, shown row by row before anything happens, confirmed, then done behind in slices.

It does not know how a single version is verified. Its parts are taken by their own names, for verification asks ``closing`` at the end of
every version.
"""

__all__: list[str] = []
