"""The parts of the Excel renderer: measures, formats, blocks, tables and native charts."""
