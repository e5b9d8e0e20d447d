"""Tallies and logs of runs, turned into tidy tables; each measure is declared once."""
