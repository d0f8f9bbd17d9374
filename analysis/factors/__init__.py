"""Factor analysis: exploratory and confirmatory."""
