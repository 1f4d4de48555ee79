# SPDX-License-Identifier: Apache-2.0
"""A table of a dataset without who its people are, as a dataset of its own, with the report that says what it still gives away."""
