"""Measurements: `make bench-page`."""
