# SPDX-License-Identifier: Apache-2.0
"""What is refused of licences."""

from madang import kit


class NoSuchLicence(kit.NotFound):
    """No list of licences has the id in the address."""

    code = "no-such-licence"
    message = kit.marked("No licence has this id. Look it up in the list of licences, or write LicenseRef-… for one of your own.")
