"""Example studies: each folder is a complete study with its data."""
