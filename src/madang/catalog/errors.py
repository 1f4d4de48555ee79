# SPDX-License-Identifier: Apache-2.0
"""What the catalogue refuses."""

from madang import kit
from madang.kit import _


class NoSuchAsset(kit.NotFound):
    """No asset of that name, or none that the viewer may know of."""

    code = "no-such-asset"
    message = _("There is no asset “%(name)s” here, or it is not shown to you.")


class NoSuchVersion(kit.NotFound):
    """No version of that number, or none that the viewer may know of."""

    code = "no-such-version"
    message = _("There is no version “%(version)s” of this asset.")


class AssetTaken(kit.Conflict):
    """An asset of that kind, namespace and name stands already."""

    code = "asset-taken"
    message = _("There is already an asset “%(name)s”. Choose another name, or add a version to it.")


class LabelTaken(kit.Conflict):
    """Another version of the asset has that label."""

    code = "label-taken"
    message = _("There is already a version called “%(label)s”. A version never changes: choose another label.")


class NamespaceNotYours(kit.NotAllowed):
    """The actor may not write in that namespace."""

    code = "namespace-not-yours"
    message = _("You may register in your own namespace “%(own)s”. For “%(namespace)s” ask the operator.")


class ReservedNamespace(kit.Invalid):
    """The name is the first segment of an address of the platform's own."""

    code = "reserved-name"
    message = _("“%(name)s” is a word of the platform's own addresses and cannot be a namespace.")


class InvalidKind(kit.Invalid):
    """No such kind of asset."""

    code = "invalid-kind"
    message = _("“%(kind)s” is no kind of asset. It is one of: %(kinds)s.")


class InvalidExposure(kit.Invalid):
    """No such exposure."""

    code = "invalid-exposure"
    message = _("“%(exposure)s” is no exposure. It is one of: %(exposures)s.")


class InvalidField(kit.Invalid):
    """No such field."""

    code = "invalid-field"
    message = _("“%(given)s” is no field. It is one of: %(fields)s.")


class QuestionTooLong(kit.Invalid):
    """The words to look for are longer than anybody writes."""

    code = "question-too-long"
    message = _("A search may be %(limit)s characters long. Ask with fewer words.")


class TextTooLong(kit.Invalid):
    """A title or label is longer than its place."""

    code = "text-too-long"
    message = _("This text is longer than %(limit)s characters, or holds characters that cannot be shown.")


class MayOnlyRead(kit.NotAllowed):
    """The actor's role is not one that registers."""

    code = "may-only-read"
    message = _("The role “%(role)s” may read and not register. Ask the operator for the role “member”, or use a token with it.")


class InvalidLabel(kit.Invalid):
    """The label has characters that could not stand in an address."""

    code = "invalid-label"
    message = _("“%(label)s” cannot be a label: it may not hold any of / \\ ? # %% < > and quotation marks.")
