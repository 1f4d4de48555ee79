# SPDX-License-Identifier: Apache-2.0
"""The counter: where services are looked over, tried without an account, and called with a key of one's own."""

from madang.gateway.counter.web import routes

__all__ = ["routes"]
