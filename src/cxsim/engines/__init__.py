"""Two schedulers of one behaviour: `reference` (SimPy, the readable specification) and `compiled` (Numba)."""
