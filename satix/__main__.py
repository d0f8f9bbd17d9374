"""``python -m satix`` is ``satix``."""

from satix.cli import main

main()
