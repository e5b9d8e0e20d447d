"""Candidates that differ from one by a single step: what a search tries when it knows where it is good."""

from __future__ import annotations

from collections.abc import Iterator

from cxsim.experiments.parts import Candidate, Chosen, Space


def neighbours(space: Space, candidate: Candidate) -> list[Candidate]:
    """Return the candidates one step away, each once, the large steps first.

    A step takes in one more part, as written or beginning later; leaves one out; lets one begin a step earlier or
    later; or turns one dial to its next strength. Parts that cannot be combined are not taken in.

    Parameters
    ----------
    space : Space
    candidate : tuple of Chosen
    """
    size = len(candidate)
    found = [
        *(one for one in _with_one_more(space, candidate) if len(space.without_clashes(one)) == size + 1),
        *(candidate[:place] + candidate[place + 1 :] for place in range(size)),
        *(one for one in _turned(space, candidate) if len(space.without_clashes(one)) == size),
    ]
    return list(dict.fromkeys(found))


def _with_one_more(space: Space, candidate: Candidate) -> Iterator[Candidate]:
    inside = {one.part for one in candidate}
    for number, part in enumerate(space.parts):
        if number in inside:
            continue
        (usual,) = space.alone(number)
        for begin in range(len(part.begins)):
            yield tuple(sorted((*candidate, usual._replace(begin=begin))))


def _turned(space: Space, candidate: Candidate) -> Iterator[Candidate]:
    for place, one in enumerate(candidate):
        for other in _steps(space, one):
            yield (*candidate[:place], other, *candidate[place + 1 :])


def _steps(space: Space, one: Chosen) -> Iterator[Chosen]:
    part = space.parts[one.part]
    for begin in (one.begin - 1, one.begin + 1):
        if 0 <= begin < len(part.begins):
            yield one._replace(begin=begin)
    for place, dial in enumerate(part.dials):
        at = dial.strengths.index(one.strengths[place])
        for step in (at - 1, at + 1):
            if 0 <= step < len(dial.strengths):
                strengths = (*one.strengths[:place], dial.strengths[step], *one.strengths[place + 1 :])
                yield one._replace(strengths=strengths)
