"""Experiments are data: lists of runs with an identity, sent through any executor, compared on common luck."""
