"""Pages and downloads: one blueprint per noun."""
