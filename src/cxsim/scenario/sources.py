"""Anonymous callers of a firm, whichever way they are written: its `arrivals`, then the `background` of touchpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cxsim.scenario.models import Document, Firm, Source

Location = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A source of callers.

    Attributes
    ----------
    name
        As tables and charts call it.
    location
        Where its values stand in the file.
    source
        What it is.
    background
        Name of the touchpoint whose background it is; empty elsewhere.
    """

    name: str
    location: Location
    source: Source
    background: str = ""

    def takes(self, touchpoint: str) -> Location:
        """Return the location of the law that this source brings to a touchpoint, where it brings one."""
        return (*self.location, "takes") if self.background else (*self.location, "takes", touchpoint)


def sources_of(name: str, firm: Firm) -> Iterator[Named]:
    """Yield the sources of a firm in the order of the plan.

    A background is short for callers whose journey is the touchpoint alone.

    Parameters
    ----------
    name
        Of the firm.
    firm
        As written or as resolved.
    """
    for key, source in (firm.arrivals or {}).items():
        yield Named(key, ("firms", name, "arrivals", key), source)
    for key, touchpoint in (firm.touchpoints or {}).items():
        own = touchpoint.background
        if own is not None:
            same = Source.model_construct(  # its values were read already
                rate=own.rate,
                trace=None,
                only=None,
                journey=(key,),
                patience=own.patience,
                priority=own.priority,
                day_variation=own.day_variation,
                takes={} if own.takes is None else {key: own.takes},
                retries=None,
            )
            yield Named(f"background of {key}", ("firms", name, "touchpoints", key, "background"), same, key)


def by_location(document: Document) -> Mapping[Location, Named]:
    """Return all sources by location."""
    return {one.location: one for name, firm in document.firms.items() for one in sources_of(name, firm)}
