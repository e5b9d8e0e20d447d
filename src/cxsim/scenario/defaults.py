"""Everything that is not written gets a value here, with where the value comes from and how sure we are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cxsim.behaviour.registry import REGISTRY
from cxsim.scenario import baselines, calendar
from cxsim.scenario.firm_fields import NOTHING
from cxsim.units import format_number, format_share, parse_share

CONVENTION: Final = ("convention of the scenario format", "convention")
# Maximum-likelihood mean of patience in the recorded calls of a bank's call centre, January to December 1999.
MEASURED_PATIENCE: Final = ("exponential 348 s", "'Anonymous Bank' call centre 1999, mean patience", "measured")
TARP: Final = ("TARP (1986), shares of origins of dissatisfaction, made to add up to 1", "survey")
TROUBLE: Final = {"design": 0.58, "customer": 0.22, "employee": 0.2, "outside": 0.0}
ATTRIBUTES: Final = ("reliability", "speed", "care", "ease", "price")
EVERYTHING: Final = "everything"
# Channels through which a complaint goes: where it is heard, and where a credit is approved.
DESKS: Final = ("complaint desk", "back office")
STAFFED: Final = frozenset(
    ("store", "phone", "chat", "delivery", "field visit", "complaint desk", "back office", "third party")
)


class Filler:
    """Puts defaults into the nested text of a scenario and notes each.

    Parameters
    ----------
    tree
        Nested text as `Document.tree` returns it; changed in place.
    """

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.notes: dict[str, dict[str, str]] = dict(tree.get("assumptions", {}))

    def put(self, block: dict[str, Any], path: str, value: Any, origin: tuple[str, str] = CONVENTION) -> None:
        """Set the last key of `path` in `block` unless it is written; `path` is its full dotted path."""
        key = path.rsplit(".", 1)[-1]
        if key in block:
            return
        block[key] = value
        if isinstance(value, str):
            self.notes[path] = {"value": value, "source": origin[0], "confidence": origin[1]}

    def fill(self) -> dict[str, Any]:
        """Fill everything and return the tree."""
        tree, put = self.tree, self.put
        put(tree, "question", "")
        put(tree, "our_firm", next(iter(tree["firms"])))
        put(tree, "starts", "2025-01-06")
        put(tree, "warm_up", "12 months" if "market" in tree else "0 s", ("memory settles within a year", "assumption"))
        put(tree, "currency", "EUR")
        runs = tree.setdefault("runs", {})
        put(runs, "runs.replications", "20")
        put(runs, "runs.seed", "1")
        self._ledger()
        if "market" in tree:
            self._market(tree["market"])
        for name, firm in tree["firms"].items():
            self._firm(name, firm)
        for policy in tree.setdefault("policies", {}).values():
            self._policy(policy)
        put(tree, "measures", ["retention", "wait_mean"] if "market" in tree else ["wait_mean", "abandonment_rate"])
        tree.setdefault("goals", {})
        tree.setdefault("unsure", {})
        tree["assumptions"] = self.notes
        return tree

    def _ledger(self) -> None:
        values, switches = self.tree.setdefault("defaults", {}), self.tree.setdefault("switches", {})
        everything = switches.pop(EVERYTHING, None)
        for name, parameter in REGISTRY.items():
            origin = (parameter.source, parameter.confidence)
            if parameter.role == "switch" and everything is not None:
                switches.setdefault(name, everything)
            elif parameter.role == "switch":
                self.put(switches, f"switches.{name}", "on" if parameter.default else "off", origin)
            else:
                self.put(values, f"defaults.{name}", format_number(parameter.default), origin)

    def _origin(self, name: str) -> tuple[str, str]:
        parameter = REGISTRY[name]
        return parameter.source, parameter.confidence

    def _market(self, market: dict[str, Any]) -> None:
        put = self.put
        contractual = market["setting"] == "contractual"
        switching = market.setdefault("switching", {})
        put(switching, "market.switching.notice", "30 d" if contractual else "0 s")
        put(switching, "market.switching.cost", "0")
        ties = market.setdefault("talk_to", {})
        put(ties, "market.talk_to.friends", "6", ("assumption: close ties of an adult", "assumption"))
        put(ties, "market.talk_to.acquaintances", "30", ("assumption: people one meets in a month", "assumption"))
        hazard = float(self.tree["defaults"]["involuntary_hazard"])
        put(market, "market.leaves_anyway", f"{format_share(hazard)} a year", self._origin("involuntary_hazard"))
        segments = market.setdefault("segments", {"everyone": {"share": "100 %"}})
        for name, segment in segments.items():
            here = f"market.segments.{name}"
            put(segment, f"{here}.patience", MEASURED_PATIENCE[0], MEASURED_PATIENCE[1:])
            put(segment, f"{here}.pays", "100 % of price")
            put(segment, f"{here}.price_weight", "1")
            written = "cares_about" in segment
            cares = segment.setdefault("cares_about", {})
            for attribute in ATTRIBUTES:
                put(cares, f"{here}.cares_about.{attribute}", "0 %" if written else "20 %")

    def _firm(self, name: str, firm: dict[str, Any]) -> None:
        put = self.put
        contractual = self.tree.get("market", {}).get("setting") == "contractual"
        per = "a month" if contractual else "a visit"
        put(firm, f"{name}.share", "0 %")
        if "price" in firm.get("known", {}):
            firm.setdefault("price", firm["known"]["price"])
        put(firm, f"{name}.price", f"0 {per}")
        put(firm, f"{name}.variable_cost", f"0 {per}")
        put(firm, f"{name}.wages", "0 an hour")
        put(firm, f"{name}.quality", "0", ("the market's standard", "convention"))
        put(firm, f"{name}.spread", "1", ("the unit of the latent scale", "convention"))
        for key, contact in firm.setdefault("contacts", {}).items():
            put(contact, f"{name}.{key}.journey", [])
            put(contact, f"{name}.{key}.when", {"always": "1"})
            put(contact, f"{name}.{key}.priority", "1")
            put(contact, f"{name}.{key}.stake", "1")
        for key, source in firm.setdefault("arrivals", {}).items():
            put(source, f"{name}.{key}.journey", [])
            put(source, f"{name}.{key}.patience", "never")
            put(source, f"{name}.{key}.priority", "1")
            put(source, f"{name}.{key}.day_variation", "0 %")
            source.setdefault("takes", {})
        for key, touchpoint in firm.setdefault("touchpoints", {}).items():
            self._touchpoint(f"{name}.{key}", touchpoint)
            if "background" in touchpoint:
                self._background(f"{name}.{key}.background", touchpoint["background"])
        self._organisation(name, firm)
        if baselines.is_known_by_figures(name, firm, self.tree["our_firm"]):
            for figure, (value, source, confidence) in baselines.UNKNOWN.items():
                if figure not in firm["known"]:
                    text = f"{format_number(value)} min" if figure == "wait_mean" else format_share(value)
                    note = {"value": text, "source": source, "confidence": confidence}
                    self.notes[f"{name}.known.{figure}"] = note

    def _organisation(self, name: str, firm: dict[str, Any]) -> None:
        put = self.put
        promises = firm.setdefault("promises", {})
        for key in ("answer", "visit", "experience"):
            put(promises, f"{name}.promises.{key}", NOTHING)
        recovery = firm.setdefault("recovery", {})
        if "steps" not in recovery:
            share, source, confidence = baselines.UNKNOWN["recovery_rate"]
            value = f"not written: {format_share(share)} of the complaints are made good"
            self.notes[f"{name}.recovery.steps"] = {"value": value, "source": source, "confidence": confidence}
        put(recovery, f"{name}.recovery.steps", [])
        put(recovery, f"{name}.recovery.credit", "0")
        channels = {touchpoint["channel"] for touchpoint in firm["touchpoints"].values()}
        asked = set(DESKS) <= channels
        put(recovery, f"{name}.recovery.without_approval", "0" if asked else recovery["credit"])
        put(
            recovery, f"{name}.recovery.ease", "0 %", ("complaining takes what it took in TARP's surveys", "assumption")
        )
        process = firm.setdefault("process", {})
        put(process, f"{name}.process.fixing", "0 h a month")
        put(process, f"{name}.process.looks_at", "complaints")
        put(firm, f"{name}.follow_up", "0 %")
        put(firm, f"{name}.arrives", "0")
        firm.setdefault("reaches", {"at_first": "100 % of customers", "everyone_after": "0 s"})
        trouble = firm.setdefault("trouble_comes_from", {})
        origin = ("the rest, in the proportions of TARP", "assumption") if trouble else TARP
        for key, share in rest_of_trouble({key: parse_share(text) for key, text in trouble.items()}).items():
            put(trouble, f"{name}.trouble_comes_from.{key}", format_share(share), origin)

    def _touchpoint(self, here: str, touchpoint: dict[str, Any]) -> None:
        put = self.put
        if not {"staff", "shifts", "staffing"} & set(touchpoint):
            put(touchpoint, f"{here}.staff", "unlimited")
        put(touchpoint, f"{here}.hours", default_hours(touchpoint))
        put(touchpoint, f"{here}.takes", "always 1 min", ("assumption: a short dialogue", "assumption"))
        put(touchpoint, f"{here}.ends", "unsolved" if "solves" in touchpoint else "solved")
        for key in ("solves", "sends_back", "fails"):
            put(touchpoint, f"{here}.{key}", "0 %")
        put(touchpoint, f"{here}.quality", "0")
        put(touchpoint, f"{here}.announces", "nothing")
        put(touchpoint, f"{here}.call_back", "no")
        put(touchpoint, f"{here}.retries", "no")
        put(touchpoint, f"{here}.answer_within", "20 s", ("80/20 rule of call centers", "survey"))
        put(touchpoint, f"{here}.training", "0 h a year")
        put(touchpoint, f"{here}.way_out", "hidden")
        put(touchpoint, f"{here}.explains", "nothing")
        put(touchpoint, f"{here}.must_be", NOTHING)
        touchpoint.setdefault("goes_to", {})

    def _background(self, here: str, background: dict[str, Any]) -> None:
        segments = self.tree.get("market", {}).get("segments", {})
        shares = {name: parse_share(str(segment.get("share", "100 %"))) for name, segment in segments.items()}
        # Contacts of nobody in particular are as patient as most customers are.
        largest = max(shares, key=lambda name: shares[name], default=None)
        patience = "never" if largest is None else segments[largest]["patience"]
        self.put(background, f"{here}.patience", patience)
        self.put(background, f"{here}.priority", "1")
        self.put(background, f"{here}.day_variation", "0 %")

    def _policy(self, policy: dict[str, Any]) -> None:
        policy.setdefault("idea", "")
        if "combine" not in policy:
            policy.setdefault("from", "month 0")
            policy.setdefault("for", [])
        policy.setdefault("cost", {"once": "0", "yearly": "0"})
        for key in ("once", "yearly"):
            policy["cost"].setdefault(key, "0")


def rest_of_trouble(written: Mapping[str, float]) -> dict[str, float]:
    """Return the shares of the origins of trouble that are not written: they share the rest as the defaults do."""
    rest = max(0.0, 1.0 - sum(written.values()))
    others = {key: share for key, share in TROUBLE.items() if key not in written}
    whole = sum(others.values())
    if not written:
        return dict(TROUBLE)
    if whole <= 0.0:
        return {key: round(rest / len(others), 12) for key in others}
    return {key: round(rest * share / whole, 12) for key, share in others.items()}


def default_hours(touchpoint: Mapping[str, Any]) -> str:
    """Return the union of a touchpoint's shifts, or ``always``."""
    shifts = touchpoint.get("shifts")
    if not shifts:
        return "always"
    return str(calendar.union([calendar.parse_hours(shift["when"]) for shift in shifts.values()]))
