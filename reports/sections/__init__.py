"""The parts of a report, one module each, and the order in which they are read."""

from reports.sections.outline import build_report

__all__ = ["build_report"]
