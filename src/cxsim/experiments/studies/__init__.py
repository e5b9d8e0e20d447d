"""Studies: many runs of one scenario, by design, kept in a store."""
