"""What is asked, of whom, when, and what was answered: definitions, responses, importers. No statistics."""
