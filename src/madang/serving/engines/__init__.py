# SPDX-License-Identifier: Apache-2.0
"""Engines: the ways in which a service is run, behind one port."""

from madang.serving.engines.inline import FUNCTIONS, Function, InlineEngine
from madang.serving.engines.port import Engine

__all__ = ["FUNCTIONS", "Engine", "Function", "InlineEngine"]
