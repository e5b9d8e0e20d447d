"""Draws the pictures of the model's page from the rules themselves; `make pictures` runs it.

Every curve is what a rule returns at the defaults, so a picture cannot say something else than the code. A test
compares `made.json` with the rules and defaults of today.
"""

# ruff: noqa: INP001, PLR0913, PLR0917, PLR2004 -- a script beside the pages that it writes: places on a picture

from __future__ import annotations

import hashlib
import inspect
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from cxsim.charts.style import GRID, INK, PALETTE, QUIET, RULE, SOFT_INK, Size, applied

FOLDER: Final = Path(__file__).resolve().parent / "pictures" / "model"
MADE: Final = FOLDER / "made.json"
SIZE: Final = Size(7.6, 2.9, 150, 9.0)
TALL: Final = Size(7.6, 3.7, 150, 9.0)
BLUE, ORANGE, GREEN, RED = PALETTE[:4]


def rule(module: str, name: str) -> Callable[..., Any]:
    """Return a rule as plain Python."""
    from importlib import import_module

    function = getattr(import_module(f"cxsim.behaviour.{module}"), name)
    return getattr(function, "py_func", function)


def default(name: str) -> float:
    """Return the default of a parameter."""
    from cxsim.behaviour.registry import REGISTRY

    return REGISTRY[name].default


def defaults(*names: str) -> list[float]:
    """Return several defaults."""
    return [default(name) for name in names]


def over(places: np.ndarray, function: Callable[[float], float]) -> np.ndarray:
    """Return what a rule gives at each place."""
    return np.array([function(float(place)) for place in places])


def plain(ax: Axes, title: str, along: str, up: str) -> None:
    """Dress an Axes: two thin rules, what is drawn, and on what."""
    ax.set_title(title, loc="left", color=INK, fontsize="medium", pad=10, fontweight="bold")
    ax.set_xlabel(along, color=SOFT_INK)
    ax.set_ylabel(up, color=SOFT_INK)
    ax.tick_params(colors=QUIET, length=0)
    ax.grid(color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(RULE)


def line(ax: Axes, x: np.ndarray, y: np.ndarray, color: str, label: str, at: float, lift: tuple[float, float]) -> None:
    """Draw a curve and write its name beside it, at a share of its length."""
    ax.plot(x, y, color=color, linewidth=1.8)
    place = round(at * (len(x) - 1))
    ax.annotate(label, (x[place], y[place]), xytext=lift, textcoords="offset points", color=color, fontsize="small")


def satisfaction(figure: Figure) -> None:
    """Value of a deviation, with and without the zone of tolerance; satisfaction over experience."""
    beyond, value, judged = (rule("satisfaction", name) for name in ("beyond_tolerance", "value", "satisfaction"))
    width, aversion, exponent, by_e, by_p = defaults(
        "tolerance_width", "loss_aversion", "sensitivity", "satisfaction_from_expectation",
        "satisfaction_from_performance",
    )  # fmt: skip
    left, right = figure.subplots(1, 2)
    d = np.linspace(-2.5, 2.5, 201)
    half = width / 2
    left.axvspan(-half, half, color=GRID, linewidth=0)
    left.text(0, -4.3, "zone of\ntolerance", ha="center", va="bottom", color=SOFT_INK, fontsize="small")
    line(left, d, over(d, lambda x: value(beyond(x, width), aversion, exponent)), BLUE, "as it is", 0.30, (-38, 4))
    bare = over(d, lambda x: value(x, aversion, exponent))
    left.plot(d, bare, color=ORANGE, linewidth=1.2, linestyle="--")
    left.annotate("without the zone", (d[170], bare[170]), xytext=(-96, 8), textcoords="offset points", color=ORANGE,
                  fontsize="small")  # fmt: skip
    plain(left, "A loss weighs more than a gain", "better (+) or worse (-) than expected, SD", "value, SD")
    x = np.linspace(-2.5, 2.5, 201)
    for expected, color in ((-1.0, GREEN), (0.0, BLUE), (1.0, RED)):

        def felt(got: float, expected: float = expected) -> float:
            gain = value(beyond(got - expected, width), aversion, exponent)
            return float(judged(expected, got, gain, by_e, by_p))

        right.plot(x, over(x, felt), color=color, linewidth=1.8, label=f"{expected:+g} SD" if expected else "0")
    right.legend(title="expected", loc="lower right", frameon=False, fontsize="small", title_fontsize="small")
    plain(right, "The same visit, other expectations", "experience, SD", "satisfaction, SD")


def promise(figure: Figure) -> None:
    """Satisfaction by days early or late."""
    kept = rule("promise", "kept_promise")
    values = defaults("promise_gain", "promise_loss", "promise_tau_gain", "promise_tau_loss", "promise_steepness",
                      "stars_per_sd")  # fmt: skip
    ax = figure.subplots()
    days = np.linspace(-14, 14, 281)
    ax.axvline(0, color=RULE, linewidth=1)
    line(ax, days, over(days, lambda late: kept(late, *values)), BLUE, "", 0.5, (0, 0))
    ax.annotate("early earns little", (-8, 0.14), xytext=(0, 8), textcoords="offset points", color=SOFT_INK,
                fontsize="small", ha="center")  # fmt: skip
    ax.annotate("the first day is nearly forgiven", (1, kept(1.0, *values)), xytext=(16, 8),
                textcoords="offset points", color=SOFT_INK, fontsize="small")  # fmt: skip
    ax.annotate("late costs ten times as much", (8, kept(8.0, *values)), xytext=(-8, 10),
                textcoords="offset points", color=SOFT_INK, fontsize="small")  # fmt: skip
    plain(ax, "A date kept, beaten or broken", "days early (-) or late (+)", "satisfaction, SD")


def waiting(figure: Figure) -> None:
    """Experience lost by waiting."""
    felt, loss = rule("experience", "perceived_wait"), rule("experience", "wait_loss")
    acceptable, size, most = defaults("acceptable_wait", "wait_loss", "most_lost")
    ax = figure.subplots()
    minutes = np.linspace(0, 15, 301)
    kinds = (("wait_inflation", "with nothing to do", RED, (-92, 6)),
             ("announced_wait_inflation", "announced", BLUE, (14, -10)),
             ("call_back_wait_weight", "off-line, for a call-back", GREEN, (-60, 8)))  # fmt: skip
    for name, label, color, lift in kinds:
        factor = default(name)

        def lost(wait: float, factor: float = factor) -> float:
            return min(float(loss(felt(wait, factor), acceptable, size)), most)

        line(ax, minutes, over(minutes, lost), color, label, 0.62, lift)
    plain(ax, "A minute is not a minute", "actual wait, minutes", "experience lost, SD")


def voice(figure: Figure) -> None:
    """Exit, voice and silence by the weight of the failure."""
    leave, speak, chances = (
        rule("leaving", "utility_of_exit"),
        rule("complaint", "utility_of_voice"),
        rule("complaint", "exit_and_voice"),
    )
    exit_by = defaults("exit_base", "exit_by_loss", "exit_by_satisfaction", "exit_by_bond", "exit_by_alternative")
    voice_by = defaults("voice_cost", "voice_by_ease", "voice_value", "voice_by_bond")
    weights = np.linspace(0, 4, 161)
    axes = figure.subplots(1, 2, sharey=True)
    for ax, ease, title in zip(
        axes, (0.0, 1.0), ("Complaining takes what it takes", "Complaining made easy"), strict=True
    ):
        found = np.array([
            chances(leave(w, 0.0, 0.0, 0.0, 0.0, 0.0, *exit_by), speak(ease, default("hope"), w, 0.0, *voice_by))
            for w in weights.tolist()
        ])  # fmt: skip
        gone, told = found[:, 0], found[:, 1]
        ax.stackplot(weights, gone, told, 1 - gone - told, colors=[RED, BLUE, GRID], linewidth=0)
        for height, name, color in (
            (0.22, "leaves", "white"),
            (0.0, "complains", "white"),
            (0.94, "says nothing", SOFT_INK),
        ):
            y = height or gone[130] + told[130] / 2
            ax.text(
                0.7 if height > 0.5 else weights[130], y, name, color=color, ha="center", va="center", fontsize="small"
            )
        plain(ax, title, "weight of the failure", "share" if ease == 0 else "")
        ax.set_xlim(0, 4)
        ax.set_ylim(0, 1)


def recovery(figure: Figure) -> None:
    """Worth of an answer by its compensation and by its delay."""
    pay, late = rule("recovery", "compensation"), rule("recovery", "delayed")
    left, right = figure.subplots(1, 2)
    shares = np.linspace(0, 4, 201)
    curve = over(shares, lambda m: pay(m, *defaults("compensation_scale", "compensation_peak", "compensation_fall")))
    line(left, shares, curve, BLUE, "", 0.5, (0, 0))
    peak = default("compensation_peak")
    left.axvline(peak, color=RULE, linewidth=1)
    left.text(peak + 0.08, 0.1, "more than this does harm", color=SOFT_INK, fontsize="small")
    left.set_ylim(0, 1.05)
    plain(left, "Compensation", "given, as a share of the loss", "justice of the outcome")
    days = np.linspace(0, 30, 301)
    line(
        right, days, over(days, lambda t: late(t, *defaults("recovery_grace", "recovery_decay"))), BLUE, "", 0.5, (0, 0)
    )
    right.set_ylim(0, 1.05)
    plain(right, "Delay", "days until the answer", "of its worth is left")


def notice(figure: Figure) -> None:
    """Hazard of giving notice by cumulative satisfaction."""
    hazard, within = rule("leaving", "hazard_of_notice"), rule("leaving", "probability_within")
    base, by_c, by_a = defaults("base_hazard", "satisfaction_to_staying", "alternative_to_leaving")
    ax = figure.subplots()
    c = np.linspace(-2, 2, 161)
    shown = ((-1.0, GREEN, "the best rival is 1 util worse", (-150, -16)), (0.0, BLUE, "as good", (-8, 10)),
             (1.0, RED, "1 util better", (8, 8)))  # fmt: skip
    for advantage, color, label, lift in shown:
        line(
            ax,
            c,
            over(c, lambda s, a=advantage: within(hazard(base, s, a, 0.0, by_c, by_a), 1.0)),
            color,
            label,
            0.45,
            lift,
        )
    plain(ax, "Giving notice", "cumulative satisfaction, SD", "chance in a year")
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    ax.set_ylim(0, None)


def talk(figure: Figure) -> None:
    """Chance of telling others, and of rating in public."""
    chance = rule("talk", "probability_of_talk")
    ax = figure.subplots()
    s = np.linspace(-4, 3, 201)
    private = defaults("talk_base", "talk_by_gain", "talk_by_loss")
    public = defaults("public_base", "public_by_gain", "public_by_loss")
    line(ax, s, over(s, lambda x: chance(x, *private)), BLUE, "tells others", 0.16, (10, 2))
    line(ax, s, over(s, lambda x: chance(x, *public)), RED, "rates in public", 0.22, (-62, -12))
    ax.axvline(0, color=RULE, linewidth=1)
    plain(ax, "The unhappy talk more", "satisfaction with the episode, SD", "chance")
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    ax.set_ylim(0, None)


# Boxes of the loop: text, middle x and y, and half the width, of a page 100 wide and 46 high.
BOXES: Final = {
    "need": ("a need", 8, 36, 7),
    "choice": ("choice of a firm", 27, 36, 9),
    "journey": ("journey: wait,\nservice, failure?", 50, 36, 10.5),
    "judged": ("experience against\nexpectation", 74, 36, 11),
    "trouble": ("after a failure:\nleave, complain,\nsay nothing", 74, 20, 11),
    "answer": ("answer to\nthe complaint", 50, 20, 10.5),
    "memory": ("memory, bond,\nsatisfaction", 27, 20, 9),
    "leave": ("leaves", 92.5, 20, 6),
    "talk": ("talk, ratings", 27, 4, 9),
    "others": ("others'\nexpectations", 8, 4, 7),
}
ARROWS: Final = (
    ("need", "choice", ""), ("choice", "journey", ""), ("journey", "judged", ""), ("judged", "trouble", ""),
    ("trouble", "answer", ""), ("trouble", "leave", ""), ("answer", "memory", ""), ("memory", "choice", ""),
    ("memory", "talk", ""), ("talk", "others", ""),
)  # fmt: skip


def loop(figure: Figure) -> None:
    """Draw the loop from a need to staying, leaving and talking."""
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_xlim(0, 100)
    ax.set_ylim(-2, 49)
    ax.axis("off")
    high = 5.2
    for name, (text, x, y, half) in BOXES.items():
        color = RED if name == "leave" else BLUE
        ax.add_patch(FancyBboxPatch((x - half, y - high), 2 * half, 2 * high, boxstyle="round,pad=0,rounding_size=1.4",
                                    facecolor="white", edgecolor=color, linewidth=1.3))  # fmt: skip
        ax.text(x, y, text, ha="center", va="center", color=INK)

    def arrow(start: tuple[float, float], end: tuple[float, float], curve: float = 0.0, dash: str = "-") -> None:
        look: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "color": SOFT_INK, "linewidth": 1.1}
        bend = f"arc3,rad={curve}"
        ax.add_patch(FancyArrowPatch(start, end, linestyle=dash, shrinkA=1, shrinkB=1, connectionstyle=bend, **look))

    for start, end, _ in ARROWS:
        _, x, y, half = BOXES[start]
        _, u, v, other = BOXES[end]
        if y == v:
            way = 1 if u > x else -1
            arrow((x + way * half, y), (u - way * other, v))
        else:
            way = 1 if v > y else -1
            arrow((x, y + way * high), (u, v - way * high))
    # From what others expect back to their choices, and from everybody's choices to the load on the staff.
    arrow((8, 9.2), (18.5, 30.8), 0.12, "--")
    ax.text(4.0, 19.5, "whom\nothers\nchoose", ha="center", va="center", color=SOFT_INK, fontsize="small")
    ax.plot([92.5, 92.5, 50], [25.2, 45.6, 45.6], color=SOFT_INK, linewidth=1.1, linestyle="--")
    arrow((50, 45.6), (50, 41.2), 0.0)
    ax.text(71, 46.4, "who is gone empties the line", ha="center", va="bottom", color=SOFT_INK, fontsize="small")


PICTURES: Final[dict[str, tuple[Callable[[Figure], None], Size]]] = {
    "loop": (loop, TALL),
    "satisfaction": (satisfaction, SIZE),
    "promise": (promise, SIZE),
    "waiting": (waiting, SIZE),
    "voice": (voice, SIZE),
    "recovery": (recovery, SIZE),
    "notice": (notice, SIZE),
    "talk": (talk, SIZE),
}


def made_of() -> str:
    """Return a hash of what the pictures are drawn from: the rules, the defaults, and this script."""
    from cxsim.behaviour.registry import MODULES

    parts = [inspect.getsource(module) for module in MODULES] + [Path(__file__).read_text(encoding="utf-8")]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def draw(name: str) -> bytes:
    """Return one picture, with few colours."""
    from PIL import Image

    picture, size = PICTURES[name]
    with applied(size):
        figure = Figure(figsize=(size.width, size.height), layout=None if name == "loop" else "constrained")
        picture(figure)
        kept = io.BytesIO()
        figure.savefig(kept, format="png", dpi=size.dpi)
    small = io.BytesIO()
    Image.open(kept).convert("RGB").quantize(64).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        (FOLDER / f"{name}.png").write_bytes(draw(name))
    MADE.write_text(json.dumps({"made_of": made_of()}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
