# SPDX-License-Identifier: Apache-2.0
"""The forms that a report can be written in: a module each, found by lying here."""

from importlib import import_module
from pkgutil import iter_modules

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
