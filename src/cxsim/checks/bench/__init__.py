"""How fast it is on this machine, beside what else there is: `cxsim bench`."""
