"""A synthetic after-sales study: four quarters drawn from a model whose answers are known."""
