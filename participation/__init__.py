"""Map-based citizen participation for twin cities."""
