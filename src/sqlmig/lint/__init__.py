"""The linter: what a migration locks, breaks or lets leak, and what to write instead. Pure: no database, no reports."""
