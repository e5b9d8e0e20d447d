"""What customers, staff and firms do: one module per mechanism, each with its parameters declared beside its rule."""
