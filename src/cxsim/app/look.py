"""A client's look on the what-if page: colours, font, logo and name."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cxsim.charts.theme import Theme


@dataclass(frozen=True)
class ClientLook:
    """How a page looks, and for whom it is.

    Attributes
    ----------
    theme : Theme, optional
        Ours by default.
    client : str
        Named on the page; empty for nobody.
    """

    theme: Theme | None = None
    client: str = ""

    def written(self) -> dict[str, Any]:
        """Return what the page reads: `mine` colours the setting, `pins` those beside it."""
        from cxsim.charts.theme import Theme, kind_of

        look = Theme() if self.theme is None else self.theme
        others = [color for color in look.colors if color != look.accent]
        logo = ""
        if look.logo is not None:
            kind = {"jpg": "jpeg"}.get(kind_of(look.logo), kind_of(look.logo))
            logo = f"data:image/{kind};base64,{b64encode(look.logo.read_bytes()).decode('ascii')}"
        return {
            "mine": look.accent,
            "pins": others or [look.ink],
            "ink": look.ink,
            "font": look.font,
            "logo": logo,
            "client": " ".join(self.client.split()),
        }
