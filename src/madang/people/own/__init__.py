# SPDX-License-Identifier: Apache-2.0
"""How one signs in, as pages and JSON: the second factor, identities, sessions, and a forgotten password."""
