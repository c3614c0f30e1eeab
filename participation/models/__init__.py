"""Tables, one file per noun; `all_tables` imports them all so that the metadata is complete."""
