"""The workloads as others would write them: each is run in a process of its own, with the same command line."""
