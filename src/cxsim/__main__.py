"""Run the command line as ``python -m cxsim``."""

from cxsim.cli import main

if __name__ == "__main__":
    main()
