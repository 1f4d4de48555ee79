# SPDX-License-Identifier: Apache-2.0
"""Who may have a repository's files: conditions that are accepted, access that is asked for and granted, and the day of an embargo.

The card stays readable for whoever may see the repository. Whether files are given is asked at one place, ``checking``.
"""
