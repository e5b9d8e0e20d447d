"""A study in a process that is going to be killed: what it simulates is noted, line by line, before it begins.

Arguments: the file for the notes, then those of ``cxsim``; or ``runs``, a scenario, and the folder of a store.
"""

import os
import sys
from pathlib import Path

import cxsim
from cxsim.cli import main
from cxsim.experiments.store import store
from cxsim.experiments.studies import lab as laboratory
from cxsim.experiments.studies.case import Case, Want
from cxsim.experiments.studies.runs import Runs

SEED = 20260101
WANTS = [Want(Case(policy), number) for number in range(40) for policy in ("as-is", "hire", "train")]


def noting(path):
    whole = laboratory._simulated
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def noted(lab, wants, *rest):
        for want in wants:
            os.write(handle, f"{lab.identity(want)}\n".encode())
        return whole(lab, wants, *rest)

    laboratory._simulated = noted


def lab_in(path):
    return laboratory.lab_of(cxsim.load(path), seed=SEED)


def make(path, folder):
    lab = lab_in(path)
    with Runs(lab, store=store.Store(Path(folder), lab.columns.described()), jobs=2) as runs:
        list(runs.made(WANTS))


if __name__ == "__main__":
    noting(sys.argv.pop(1))
    store.MANY = 40  # many shards, so that some kills fall into their writing
    if sys.argv[1] == "runs":
        make(*sys.argv[2:])
    else:
        main()
