# SPDX-License-Identifier: Apache-2.0
"""The gateway, tried over real connections."""
