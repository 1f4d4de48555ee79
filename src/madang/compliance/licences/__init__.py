# SPDX-License-Identifier: Apache-2.0
"""Pages and JSON of single licences: what each allows and asks, where it says so, and what others hold of it in a work under another.

It shows the core's table and knows no asset.
"""
