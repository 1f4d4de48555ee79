# SPDX-License-Identifier: Apache-2.0
"""The Hugging Face Hub's wire: the addresses, shapes and refusals that its clients know, over the hub's own actions and queries."""
