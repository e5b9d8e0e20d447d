"""What runs live: the what-if page, in a browser and in a notebook."""
