"""Figures that a firm is known by, as a scenario file writes them."""

from __future__ import annotations

from cxsim.scenario import fields, figure_fields
from cxsim.scenario.section import Section


class Known(Section):
    """Figures that are published of a firm, or that it keeps itself; named as the measures."""

    price: fields.Priced | None = None
    nps: figure_fields.Points | None = None
    csat: figure_fields.Proportion | None = None
    ces: figure_fields.Number | None = None
    review_score: figure_fields.Number | None = None
    rated_poor: figure_fields.Proportion | None = None
    churn: figure_fields.Monthly | None = None
    retention: figure_fields.Proportion | None = None
    retention_1y: figure_fields.Proportion | None = None
    market_share: figure_fields.Proportion | None = None
    recommendations: figure_fields.Number | None = None
    warnings: figure_fields.Number | None = None
    wait_mean: figure_fields.Minutes | None = None
    wait_p90: figure_fields.Minutes | None = None
    service_level: figure_fields.Proportion | None = None
    abandonment_rate: figure_fields.Proportion | None = None
    days_to_visit: figure_fields.Days | None = None
    first_contact_resolution: figure_fields.Proportion | None = None
    solved_rate: figure_fields.Proportion | None = None
    failures: figure_fields.Yearly | None = None
    voice_rate: figure_fields.Proportion | None = None
    silent_exits: figure_fields.Proportion | None = None
    complaints_per_1000: figure_fields.Number | None = None
    recovery_rate: figure_fields.Proportion | None = None
    complaint_answer_time: figure_fields.Days | None = None
    occupancy: figure_fields.Proportion | None = None

    def figures(self) -> dict[str, figure_fields.Figure]:
        """Return the figures that are known, by the name of their measure; the price is exact."""
        found: dict[str, figure_fields.Figure] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name == "price" and value is not None:
                value = figure_fields.Figure(value.amount, 0.0, str(value))
            if value is not None:
                found[name] = value
        return found
