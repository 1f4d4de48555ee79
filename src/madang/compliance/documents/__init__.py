# SPDX-License-Identifier: Apache-2.0
"""Documents of other engines, for versions whose files we may not have, and beside versions that we looked at ourselves."""
