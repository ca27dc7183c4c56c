"""The subcommands of `sqlmig tenant`."""
