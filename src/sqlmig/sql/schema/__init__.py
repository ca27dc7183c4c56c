"""What the schema looks like after the statements so far: values, which `sql/replay.py` makes one from another."""
