"""`python -m sqlmig`."""

from sqlmig.cli import main

main()
