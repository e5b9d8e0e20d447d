"""Random scenarios that combine everything the model can do, small enough to run in the reference engine."""

from __future__ import annotations

import json

from hypothesis import strategies as st

LAWS = (
    "exponential 5 min", "lognormal 4 min, sd 5 min", "gamma 6 min, sd 3 min", "weibull 5 min, shape 1.5",
    "erlang 6 min, 3 stages", "uniform 1 min to 9 min", "triangular 10 s, 2 min, 20 min", "always 5 min",
)  # fmt: skip
PATIENCE = (
    "exponential 3 min", "always 4 min", "weibull 5 min, shape 0.7",
    {"mixture": {"70 %": "exponential 5 min", "30 %": "always 30 s"}},
    {"hazard": {"0 s": "30 % a minute", "30 s": "10 % a minute"}},
    {"quantiles": {"0 %": "5 s", "50 %": "2 min", "100 %": "30 min"}},
)  # fmt: skip
HOURS = ("always", "Mon-Fri 08:00-17:00", "09:00-12:00, 13:00-18:00", "Mon-Fri 22:00-06:00, Sat 10:00-12:00")
CHANNELS = ("store", "phone", "chat", "back office", "complaint desk", "voice menu", "web", "field visit")
UNSTAFFED = ("voice menu", "web")
SWITCHES = (
    "learning", "tolerance", "loss_averse", "waiting", "failures", "abandonment", "choosing", "exit_after_failure",
    "contract_exit", "talk",
)  # fmt: skip
# Strong effects, so that in a short run people leave, talk and are won over.
DEFAULTS = {
    "exit_base": ("-3", "0", "2"),
    "talk_base": ("0.1", "0.5", "1"),
    "awareness": ("0.5", "0.9", "1"),
    "burnt": ("0", "0.5"),
    "base_hazard": ("0.1", "2"),
    "inertia": ("0", "1", "2"),
    "talk_delay": ("0.05", "3"),
    "announcement_overdue": ("0", "0.1"),
}

percent = st.integers(0, 100).map("{} %".format)


def some(draw, chance, strategy):
    """Draw from a strategy with a chance in ten, else nothing."""
    return draw(strategy) if draw(st.integers(1, 10)) <= chance else None


def keep(pairs):
    """Leave out what was not drawn."""
    return {key: value for key, value in pairs.items() if value is not None}


@st.composite
def touchpoints(draw):
    """Draw one to four touchpoints that lead to each other."""
    names = [f"place{k}" for k in range(draw(st.integers(1, 4)))]
    return {name: draw(touchpoint([other for other in names if other != name])) for name in names}


@st.composite
def touchpoint(draw, others):
    """Draw a touchpoint: staff or none, hours, shifts, routes, announcements, call-back, calling again."""
    channel = draw(st.sampled_from(CHANNELS))
    solves, back, on = draw(st.sampled_from([("60 %", "10 %", "15 %"), ("0 %", "0 %", "20 %"), ("90 %", "5 %", "0 %")]))
    drawn = {
        "channel": channel,
        "takes": draw(st.sampled_from(LAWS)),
        "hours": some(draw, 5, st.sampled_from(HOURS)),
        "solves": solves,
        "sends_back": back,
        "goes_to": {draw(st.sampled_from(others)): on} if others and on != "0 %" else None,
        "ends": some(draw, 3, st.sampled_from(["solved", "unsolved"])),
        "fails": some(draw, 6, st.integers(0, 60).map("{} %".format)),
        "quality": some(draw, 3, st.sampled_from(["-0.5", "0.4"])),
        "answer_within": some(draw, 5, st.just("1 min")),
    }
    if channel in UNSTAFFED:
        return keep(drawn)
    if draw(st.integers(1, 10)) <= 4:
        shifts = {
            "early": {"when": "Mon-Fri 08:00-14:00, Sun 10:00-11:00", "staff": str(draw(st.integers(0, 3)))},
            "late": {"when": "Mon-Fri 12:00-18:00", "staff": str(draw(st.integers(1, 3)))},
        }
        drawn |= {"shifts": shifts, "hours": some(draw, 5, st.just("Mon-Sun 07:00-19:00"))}
    else:
        drawn["staff"] = draw(st.sampled_from(["1", "2", "4", "unlimited"]))
    drawn["announces"] = some(draw, 4, st.just("wait"))
    call_back = {"after": draw(st.sampled_from(["0 s", "2 min"])), "accepted": draw(percent), "answered": draw(percent)}
    drawn["call_back"] = some(draw, 3, st.just(call_back))
    drawn["retries"] = some(
        draw, 4, st.just({"share": draw(st.sampled_from(["0 %", "60 %"])), "after": draw(st.sampled_from(LAWS))})
    )
    return keep(drawn)


@st.composite
def sources(draw, places):
    """Draw anonymous callers."""
    rate = draw(
        st.sampled_from(
            ["2 an hour", "9 an hour", {"Mon-Fri": {"from": "08:00", "every": "5 h", "an_hour": ["9", "18"]}}]
        )
    )
    return keep(
        {
            "rate": rate,
            "journey": draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)),
            "patience": some(draw, 7, st.sampled_from(PATIENCE)),
            "priority": some(draw, 5, st.integers(0, 7).map(str)),
            "day_variation": some(draw, 3, st.just("25 %")),
            "takes": some(draw, 3, st.just({places[0]: draw(st.sampled_from(LAWS))})),
            "retries": some(draw, 3, st.just({"share": "50 %", "after": "10 min"})),
        }
    )


@st.composite
def contacts(draw, places):
    """Draw why people of the market meet a firm."""
    journey = st.lists(st.sampled_from(places), max_size=3)
    when = st.sampled_from([{"Mon-Fri 09:00-19:00": "1", "Sat 09:00-14:00": "2"}, {"08:00-20:00": "3"}])
    purchase = {
        "happens": draw(st.sampled_from(["2 a week", "1 a day", "3 a month"])),
        "because": "purchase",
        "journey": draw(journey),
        "when": some(draw, 5, when),
        "priority": some(draw, 3, st.integers(0, 7).map(str)),
    }
    question = {
        "happens": draw(st.sampled_from(["1 a week", "4 a week"])),
        "because": "question",
        "journey": draw(journey),
    }
    return keep({"buying": keep(purchase), "asking": some(draw, 5, st.just(keep(question)))})


@st.composite
def firms(draw, per, share):
    """Draw a firm; `per` is what its price is paid for, None without a market."""
    drawn = {"touchpoints": draw(touchpoints()), "wages": "18 an hour"}
    places = list(drawn["touchpoints"])
    if per is None or draw(st.integers(1, 10)) <= 3:
        drawn["arrivals"] = {f"callers{k}": draw(sources(places)) for k in range(draw(st.integers(1, 2)))}
    if per is not None:
        drawn |= {
            "share": f"{share} %",
            "price": f"{draw(st.integers(8, 14))} a {per}",
            "variable_cost": f"5 a {per}",
            "quality": draw(st.sampled_from(["-0.5", "0", "0.5"])),
            "contacts": draw(contacts(places)),
        }
    return drawn


@st.composite
def markets(draw):
    """Draw the people of a market."""
    return {
        "customers": str(draw(st.integers(1, 40))),
        "setting": draw(st.sampled_from(["contractual", "noncontractual"])),
        "switching": {"notice": draw(st.sampled_from(["0 s", "10 d"])), "cost": draw(st.sampled_from(["0", "30"]))},
        "talk_to": {"friends": draw(st.sampled_from(["0", "3"])), "acquaintances": draw(st.sampled_from(["2.5", "8"]))},
        "leaves_anyway": draw(st.sampled_from(["3 % a year", "200 % a year"])),
        "segments": {
            "calm": {"share": "50 %", "patience": draw(st.sampled_from(PATIENCE))},
            "hurried": {"share": "50 %", "patience": "2 min", "pays": "120 % of price", "price_weight": "1.5"},
        },
    }


@st.composite
def changes(draw, firm):
    """Draw what a policy changes of a firm."""
    possible = {}
    for name, place in firm["touchpoints"].items():
        possible[f"{name}.takes"] = "20 % less"
        possible[f"{name}.fails"] = "5 %"
        possible[f"{name}.solves"] = "80 %" if place["solves"] == "60 %" and "goes_to" not in place else "0 %"
        if place.get("staff", "unlimited") != "unlimited":
            possible[f"{name}.staff"] = draw(st.sampled_from(["1 more", "1"]))
        if "shifts" in place:
            fewer = "0" if place["shifts"]["early"]["staff"] != "0" else "1"  # somebody must be on duty
            possible[f"{name}.shifts.late.staff"] = draw(st.sampled_from(["1 more", fewer]))
        if "hours" in place:
            possible[f"{name}.hours"] = draw(st.sampled_from(HOURS[1:3] if "shifts" in place else HOURS[1:]))
        if "call_back" in place:
            possible[f"{name}.call_back"] = "no"
        if "announces" in place:
            possible[f"{name}.announces"] = "nothing"
    for name in firm.get("arrivals", {}):
        possible[f"{name}.priority"] = "0"
    for name in firm.get("contacts", {}):
        possible[f"{name}.happens"] = "30 % less"
        possible["price"] = "10 % less"
        possible["quality"] = "0.3 more"
    paths = draw(st.lists(st.sampled_from(sorted(possible)), min_size=1, max_size=4, unique=True))
    return {path: possible[path] for path in paths}


@st.composite
def scenarios(draw):
    """Draw the text of a scenario, JSON being YAML."""
    market = some(draw, 7, markets())
    per = {"contractual": "month", "noncontractual": "visit"}[market["setting"]] if market else None
    n_firms = draw(st.integers(1, 3)) if market else 1
    named = {f"Firm{k}": draw(firms(per, [100, 50, 30][n_firms - 1])) for k in range(n_firms)}
    policy = {
        "from": draw(st.sampled_from(["day 0", "day 1", "2025-01-07 09:00"])),
        "until": some(draw, 5, st.just("day 2")),
        "change": draw(changes(named["Firm0"])),
        "cost": "100",
    }
    return json.dumps(
        keep(
            {
                "format": "1",
                "our_firm": "Firm0",
                "starts": "2025-01-06",
                "lasts": "14 d" if market else draw(st.sampled_from(["3 d", "7 d"])),
                "warm_up": "10 d" if market else draw(st.sampled_from(["0 s", "1 d"])),
                "market": market,
                "firms": named,
                "switches": some(draw, 3, st.just({draw(st.sampled_from(SWITCHES)): "off"})),
                "defaults": keep({name: some(draw, 5, st.sampled_from(values)) for name, values in DEFAULTS.items()})
                or None,
                "policies": {"other": keep(policy)},
            }
        ),
        indent=1,
    )
