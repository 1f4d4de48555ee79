# SPDX-License-Identifier: Apache-2.0
"""One module a page of docs/reference; each has ``page()``, the page's whole text."""
