"""Backups of single tenants: made, kept, checked, brought back."""
