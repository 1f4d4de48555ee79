# SPDX-License-Identifier: Apache-2.0
"""``FaceDeID``: where the faces in a picture are."""

from typing import Any

from madang import serving
from madang.gateway.etri.speech import decoded


def inputs_of(argument: dict[str, Any], offer: serving.Offer) -> dict[str, object] | bytes:
    """The picture, under the name of the input that is counted; alone where the service takes bytes."""
    picture = decoded(argument, "file")
    return {offer.counts: picture} if offer.counts else picture


def returned(argument: dict[str, Any], answer: serving.Answer) -> dict[str, Any]:  # noqa: ARG001  # every adapter's signature
    """A rectangle for each face."""
    made: Any = answer.outputs
    return {
        "results": [
            {"conf": each.get("confidence", 0), **{name: each[name] for name in ("x", "y", "width", "height")}} for each in made["faces"]
        ]
    }
