"""Drawings, one module per kind of chart; ``reports.charts.drawing`` chooses among them."""
