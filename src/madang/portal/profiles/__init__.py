# SPDX-License-Identifier: Apache-2.0
"""The pages of a person and of an organisation: who they are, and what of theirs the viewer may see."""
