"""The modules of statements, as many as there are, so that no statement is left out of a test."""

from importlib import import_module
from pkgutil import iter_modules

from doings.storage import sql

MODULES = [
    import_module(f"{sql.__name__}.{module.name}")
    for module in iter_modules(sql.__path__)
    if module.name.endswith("statements")
]
