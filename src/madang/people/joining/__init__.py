# SPDX-License-Identifier: Apache-2.0
"""The doors by which people come in: signing up, invitations, the conditions of use."""
