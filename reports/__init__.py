"""Results to documents: a document model, and its renderers to Excel and HTML. No statistics here.

``reports.document`` is what a report says, ``reports.renderers.html`` and ``reports.renderers.xlsx`` write it,
``reports.charts.drawing`` draws its charts, ``reports.numbers`` rounds its figures.
"""

from reports.document import Chart, Label, Report, Section, Table

__all__ = ["Chart", "Label", "Report", "Section", "Table"]
