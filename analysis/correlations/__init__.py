"""Correlations of items: product-moment, ranks, and of the normal variables behind ordered answers."""
