"""Benchmarks: `make bench` prints what sqlmig costs. docs/performance.md says what came out, and where."""
