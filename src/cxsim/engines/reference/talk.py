"""Who tells whom about an episode, what a story does to the listener, what is rated in public (B-39, B-40)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.choice import review_weight
from cxsim.behaviour.talk import number_told, probability_of_talk, public_rating, told_expectation
from cxsim.engines.reference.world import occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import unit_exponential, whole

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person


def tell_others(person: Person, firm: int, said: float, *, healed: bool) -> None:
    """Decide whether an episode is told, to whom and when; `said`: how satisfied one says one was.

    A failure that was made good (`healed`) is told as what the firm made of it.
    """
    world = person.world
    need = person.need
    chance = probability_of_talk(said, *person.defaults("talk_base", "talk_by_gain", "talk_by_loss"))
    if not person.is_on("talk") or world.draw(person.entity, draws.TALKS, occasion(need)) >= chance:
        return
    first, others, strong = world.ties
    begin = first[person.row]
    degree = first[person.row + 1] - begin
    if degree == 0:
        return
    good = person.episode.beyond >= 0.0 or said > 0.0
    mean = person.default("told_if_satisfied" if good else "told_if_dissatisfied")
    told = number_told(world.draw(person.entity, draws.TOLD, occasion(need)), mean, ev.MAX_TOLD)
    person.counts_at(firm)["talked_good" if good else "talked_bad"] += 1
    delay = person.default("talk_delay") * pl.DAY
    told_of = person.episode.experience + (person.episode.lost_failure if healed else 0.0)
    listeners: set[int] = set()
    for k in range(told):
        which = occasion(need, k)
        tie = begin + int(world.draw(person.entity, draws.LISTENER, which) * degree)
        if others[tie] in listeners:
            continue  # nobody is told the same story twice
        listeners.add(others[tie])
        later = whole(delay * unit_exponential(world.draw(person.entity, draws.TALK_DELAY, which)))
        story = Story(person, world.people[others[tie]], firm, told_of, good=good, strong=strong[tie] == 1)
        world.schedule(
            world.now + later, ev.TALK, person.entity, need << 5 | k, story.arrive,
            row=person.row, other=others[tie], cause=story.code, value=story.experience,
        )  # fmt: skip


class Story:
    """What one person tells another about an episode with a firm."""

    def __init__(
        self, teller: Person, listener: Person, firm: int, experience: float, *, good: bool, strong: bool
    ) -> None:
        self.teller = teller
        self.listener = listener
        self.firm = firm
        self.need = teller.need
        self.experience = experience
        self.good = good
        self.strong = strong

    @property
    def code(self) -> int:
        """Firm, tone and strength of the tie in one number, for the record of pending events."""
        return self.firm << 2 | (2 if self.good else 0) | int(self.strong)

    def arrive(self) -> None:
        """Reach the listener, and move what he or she expects of the firm."""
        listener = self.listener
        if listener.gone:
            return
        effect = listener.default("talk_effect")
        if not self.strong:
            effect *= listener.default("weak_tie_effect")
        mind = listener.minds[self.firm]
        mind.mean = told_expectation(mind.mean, self.experience, effect)
        mind.heard += 1.0 if self.good else -1.0
        self.teller.counts_at(self.firm)["told_good" if self.good else "told_bad"] += 1
        self.teller.world.note(
            ev.LOG_TOLD, self.teller.entity, self.need, 0, self.firm,
            other=listener.row, cause=int(self.good), value=self.experience,
        )  # fmt: skip


def rate_in_public(person: Person, firm: int, said: float) -> None:
    """Decide whether an episode is rated in public; bad ratings weigh more (B-39, B-56)."""
    if not person.is_on("reputation"):
        return
    world = person.world
    chance = probability_of_talk(said, *person.defaults("public_base", "public_by_gain", "public_by_loss"))
    if world.draw(person.entity, draws.RATES, occasion(person.need)) >= chance:
        return
    # Where only a share of the people is followed, each of them rates for the others too.
    others = world.rows.market.unfollowed / world.rows.market.n_persons
    weight = review_weight(said, person.default("review_negative_weight")) * (1.0 + others)
    rating = public_rating(said)
    known_for = world.organisations[firm]
    known_for.rating_sum += weight * rating
    known_for.rating_count += weight
    counts = person.counts_at(firm)
    counts["rated"] += rating
    counts["reviews_bad" if said < 0.0 else "reviews_good"] += 1
    world.note(ev.LOG_RATED, person.entity, person.need, 0, firm, value=rating)
