"""How a comparison is computed, from entries to a snapshot; pure: no database, no request, no words."""
