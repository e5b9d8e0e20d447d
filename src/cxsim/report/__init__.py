"""The report: one page that holds everything it shows, and the ledger of assumptions behind an answer."""
