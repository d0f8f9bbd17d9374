"""The document model to files: ``reports.renderers.xlsx`` and ``reports.renderers.html``."""
