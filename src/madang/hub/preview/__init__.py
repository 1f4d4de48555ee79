# SPDX-License-Identifier: Apache-2.0
"""Tables of datasets: read once by a job when they were pushed, kept by their bytes, and asked by pages and programs."""
