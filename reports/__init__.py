"""Results into documents: document model, sections, charts, renderers. No statistics."""
