"""Indices of careless responding: one number per respondent, from the answers alone. They suspect, not prove."""
