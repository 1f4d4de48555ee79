# SPDX-FileCopyrightText: 2025 Greenhouse Example Team
# SPDX-License-Identifier: Apache-2.0
"""Readings in, advice out."""

from greenhouse.reading import Reading, parse
from greenhouse.window import Window, advice

__all__ = ["Reading", "Window", "advice", "parse"]
