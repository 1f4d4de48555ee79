# SPDX-License-Identifier: Apache-2.0
"""Repositories as catalogues elsewhere read of them: Croissant, DCAT-AP, DataCite, schema.org, OAI-PMH, and a line to cite.

All of them say what the card, the rows and the tables say; nothing here is kept. What the viewer may not see is in none of them.
"""
