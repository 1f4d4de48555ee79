# SPDX-License-Identifier: Apache-2.0
"""etripy as it comes from the package index. What it stands on for sound warns when it is imported, of what no test here needs."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from etripy.client import AnalysisClient, ImageClient, VoiceClient
    from etripy.error import HTTPException
    from etripy.http import EtriRequest

__all__ = ["AnalysisClient", "EtriRequest", "HTTPException", "ImageClient", "VoiceClient"]
