# SPDX-License-Identifier: Apache-2.0
"""The kinds of assets and how far one can be shown, in the order of the vocabulary."""

KINDS = ("software", "dataset", "model", "api", "pipeline", "equipment", "patent", "document")
EXPOSURES = ("private", "inner", "partner", "open")
