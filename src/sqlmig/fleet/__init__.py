"""Many targets: the loop over them, what failed and what was not started."""
