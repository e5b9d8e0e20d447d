"""Single customers: one life in sentences and as a chart, the same life under two policies, and whose life parts."""
