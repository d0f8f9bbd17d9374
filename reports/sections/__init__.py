"""The parts of a report, one module each; ``reports.sections.outline`` puts them in reading order."""
