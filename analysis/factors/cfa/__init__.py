"""Confirmatory factor analysis: a model as text or from constructs, its estimators, its fit."""
