"""The command line: options in, engine, report out, exit status."""
