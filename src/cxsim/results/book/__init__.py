"""The chart book: each chart with its table, its title and its place, one module for each."""
