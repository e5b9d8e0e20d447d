"""The project proving itself."""
