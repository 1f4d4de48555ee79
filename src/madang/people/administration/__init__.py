# SPDX-License-Identifier: Apache-2.0
"""The doors by which operators keep accounts, invitations and organisations, and organisations their own members."""
