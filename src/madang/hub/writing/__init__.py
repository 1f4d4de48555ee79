# SPDX-License-Identifier: Apache-2.0
"""Datasets and models made and changed in the browser: each change is a commit, as if a client had sent it."""
