"""Numbers from answers: pure functions on frames and arrays, each with a frozen result. No files, no wording."""
