"""Choice among firms: what each promises a person, which are considered, which is chosen (B-35, B-56, B-57)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.choice import (
    chance_of_considering,
    logit_weight,
    public_score,
    reach,
    toward_reputation,
    utility,
)
from cxsim.behaviour.expectation import will_expectation
from cxsim.behaviour.followup import care_shift
from cxsim.behaviour.leaving import spread_cost
from cxsim.engines.reference.world import occasion
from cxsim.model import draws
from cxsim.model import plan as pl
from cxsim.model.tallies import purchase_rate

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person

MONTHS = 12.0


def relative_price(person: Person, firm: int) -> float:
    """Price this person pays at a firm, over the market's mean price at the start; 1 where nothing has a price."""
    reference = person.world.rows.market.price_reference
    if reference <= 0.0:
        return 1.0
    return person.of_firm(firm, pl.FIRM_PRICE) * person.of_segment(pl.SEGMENT_PAYS) / reference


def price_weight(person: Person) -> float:
    """Utils per relative price."""
    own = person.default("choice_price") * person.of_segment(pl.SEGMENT_PRICE_WEIGHT)
    return own * person.cares(pl.SEGMENT_CARES_PRICE)


def care(person: Person, firm: int) -> float:
    """Shift of the log hazard of leaving a firm by its having followed up, faded (B-34)."""
    mind = person.minds[firm]
    if mind.care == 0:
        return 0.0
    return care_shift(
        mind.care > 0,
        (person.world.now - mind.cared_at) / pl.DAY,
        *person.defaults("follow_up_hazard", "follow_up_backfire", "follow_up_memory"),
    )


def offer_of(person: Person, firm: int, last: int) -> float:
    """Return the utility of what a firm offers to a person whose last firm is `last`."""
    mind = person.minds[firm]
    expected = mind.mean
    promised = person.of_firm(firm, pl.FIRM_PROMISE)
    if promised > pl.NONE and person.is_on("promising"):
        weight, prior = person.defaults("promise_weight", "prior_encounters")
        expected = will_expectation(expected, promised, weight, prior, mind.encounters)
    if person.is_on("reputation"):
        known_for = person.world.organisations[firm]
        score = public_score(0.0, person.default("review_prior"), known_for.rating_sum, known_for.rating_count)
        weight, prior = person.defaults("reputation_weight", "prior_encounters")
        expected = toward_reputation(expected, score, weight, prior, mind.encounters)
    return utility(
        expected,
        relative_price(person, firm),
        1.0 if firm == last else 0.0,
        person.default("choice_expectation"),
        price_weight(person),
        person.default("inertia"),
    )


def utility_of(person: Person, firm: int, last: int) -> float:
    """Return the utility of a firm at a choice: of its offer, and of having been followed up."""
    return offer_of(person, firm, last) - care(person, firm)


def is_here(person: Person, firm: int) -> bool:
    """Whether a firm is in the market and within this person's reach."""
    world = person.world
    row = world.rows.firms[firm]
    if world.now < row.arrives:
        return False
    if row.reach_first >= 1.0:
        return True
    reached = reach(float(world.now - row.arrives), row.reach_first, float(row.reach_all_after))
    return world.draw(person.entity, draws.REACHED, firm) < reached


def considers(person: Person, firm: int, last: int, number: int, where: int) -> bool:
    """Whether a firm is considered at this occasion: the last one always; who has none looks at all."""
    if firm == last:
        return True
    if not is_here(person, firm):
        return False
    mind = person.minds[firm]
    chance = 1.0
    if last >= 0:
        chance = person.default("awareness")
        if person.is_on("searching"):
            by_satisfaction, by_talk = person.defaults("search_by_satisfaction", "consider_by_talk")
            satisfaction = person.minds[last].satisfaction
            chance = chance_of_considering(chance, satisfaction, mind.heard, by_satisfaction, by_talk)
    if mind.burnt > 0:
        chance = min(chance, person.default("burnt"))
    return person.world.draw(person.entity, draws.CONSIDERED, occasion(number, firm, where)) < chance


def choose(person: Person, number: int, where: int, *, last: int, excluded: int = -1) -> int:
    """Choose a firm by logit among those considered; -1 when none is."""
    weights = {
        firm: logit_weight(utility_of(person, firm, last))
        for firm in range(len(person.world.rows.firms))
        if firm != excluded and considers(person, firm, last, number, where)
    }
    total = 0.0
    for weight in weights.values():
        total += weight  # not sum(), which compensates from Python 3.12 on and would differ in the last bit
    if total <= 0.0:
        return -1
    left = total * person.world.draw(person.entity, draws.FIRM_CHOICE, occasion(number, 0, where))
    chosen = -1
    for firm, weight in weights.items():
        if weight > 0.0:
            chosen = firm
            if left < weight:
                break
            left -= weight
    return chosen


def best_rival(person: Person, own: int, number: int, where: int) -> int:
    """Return the considered rival with the highest utility, -1 when none is considered."""
    rivals = [firm for firm in range(len(person.world.rows.firms)) if firm != own]
    considered = [firm for firm in rivals if considers(person, firm, own, number, where)]
    return max(considered, key=lambda firm: utility_of(person, firm, -1), default=-1)


def advantage(person: Person, own: int, rival: int) -> float:
    """Return the utility of a rival less the own firm's, less the switching cost, both without inertia.

    Without a considered rival the alternative is to do without; in a market of one firm nothing is known of it, and
    the advantage is 0.
    """
    world = person.world
    if len(world.rows.firms) == 1:
        return 0.0
    if rival < 0:
        return person.default("outside_utility")
    payments = MONTHS
    if world.rows.market.contractual == 0:
        rate = purchase_rate(world.plan.contacts, world.plan.group_contact, world.levers, own, person.segment)
        payments = rate * pl.YEAR
    cost = spread_cost(person.of_market(pl.MARKET_SWITCHING_COST), world.rows.market.price_reference, payments)
    # The cost of switching is money to everybody, also to those who do not look at prices.
    weight = person.default("choice_price") * person.of_segment(pl.SEGMENT_PRICE_WEIGHT)
    # Having been followed up enters the chance of leaving by itself.
    return offer_of(person, rival, -1) - offer_of(person, own, -1) - weight * cost
