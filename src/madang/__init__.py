# SPDX-License-Identifier: Apache-2.0
"""Madang: an open AI platform that an institute runs by itself."""

__version__ = "0.3.0"
