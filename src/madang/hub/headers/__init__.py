# SPDX-License-Identifier: Apache-2.0
"""What lies in a model's file, by its header, and what loading it would call."""
