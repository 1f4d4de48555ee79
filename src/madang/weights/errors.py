# SPDX-License-Identifier: Apache-2.0
"""What the core refuses."""

from madang.kit import Invalid, TooLarge, _


class NoModelFile(Invalid):
    """Neither the file's beginning nor its name is one of a model's."""

    code = "no-model-file"
    message = _("This is no file of a model that is read here. These are: safetensors, GGUF, ONNX, NumPy, PyTorch and pickle.")


class BadHeader(Invalid):
    """The file says of itself what cannot be."""

    code = "bad-header"
    message = _("The header of this %(form)s file says what cannot be: %(reason)s.")


class HeaderTooLarge(TooLarge):
    """There is more to read than is read of a header."""

    code = "header-too-large"
    message = _("The header of this %(form)s file is larger than what is read of one (%(limit)s).")
