"""The report font: two weights of a subset of Noto Sans SC, under the SIL Open Font License (OFL.txt)."""
