"""Charts: a tidy table and an Axes go in, the same Axes comes out.

Nothing is computed here beyond layout: intervals, means and differences come in the table. One style, through
explicit settings around each figure, never through global state.
"""
