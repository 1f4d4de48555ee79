# SPDX-License-Identifier: Apache-2.0
"""``WiseASR/Recognition``: sound as base64 to text."""

import base64
import binascii
from typing import Any

from madang import serving
from madang.gateway.etri.errors import WrongArgument


def decoded(argument: dict[str, Any], name: str) -> bytes:
    """The bytes that an argument carries as base64; ``WrongArgument`` when it is none."""
    try:
        found = base64.b64decode(argument[name], validate=True)
    except (ValueError, binascii.Error):
        raise WrongArgument(argument=name) from None
    if not found:
        raise WrongArgument(argument=name)
    return found


def inputs_of(argument: dict[str, Any], offer: serving.Offer) -> dict[str, object] | bytes:
    """The sound, under the name of the input that is counted; alone where the service takes bytes."""
    sound = decoded(argument, "audio")
    return {offer.counts: sound} if offer.counts else sound


def returned(argument: dict[str, Any], answer: serving.Answer) -> dict[str, Any]:  # noqa: ARG001  # every adapter's signature
    """What was recognised."""
    made: Any = answer.outputs
    text = made if isinstance(made, str) else made["text"]
    if not isinstance(text, str):
        raise TypeError("no text")
    return {"recognized": text}
