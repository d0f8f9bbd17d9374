"""Planning a study before it is fielded: sizes, allocation, contacts, costs, detectable change, simulation."""
