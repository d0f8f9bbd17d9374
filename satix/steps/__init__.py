"""The steps of an evaluation: read, screen, design, score, analyse, describe."""
