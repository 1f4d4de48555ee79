# SPDX-License-Identifier: Apache-2.0
"""Samples: contents that were scanned of late are drawn by chance and looked at again by ScanCode's own code alone, so that whoever runs
the platform sees whether the quick parts still say the same.
"""
