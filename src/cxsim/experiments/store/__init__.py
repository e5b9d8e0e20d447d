"""Where runs of a study are kept: a journal that grows line by line, and shards that never change."""
