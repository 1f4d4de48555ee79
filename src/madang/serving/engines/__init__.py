# SPDX-License-Identifier: Apache-2.0
"""Engines: the ways in which a service is run, behind one port."""

from madang.serving.engines import functions
from madang.serving.engines.inline import FUNCTIONS, Function, InlineEngine
from madang.serving.engines.port import Engine
from madang.serving.engines.process import ProcessEngine
from madang.serving.engines.upstream import UpstreamEngine, looked_at

__all__ = ["FUNCTIONS", "Engine", "Function", "InlineEngine", "ProcessEngine", "UpstreamEngine", "functions", "looked_at"]
