"""What stands on disk: configuration, files, directives, templates, checksums."""
