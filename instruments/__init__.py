"""Ready-made instruments and the catalogue that finds them."""

from __future__ import annotations

from instruments.catalog import CatalogEntry, MissingWording, list_instruments, load_instrument, missing_languages

__all__ = ["CatalogEntry", "MissingWording", "list_instruments", "load_instrument", "missing_languages"]
