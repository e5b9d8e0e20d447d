"""Who tells whom about an episode, and what a story does to the listener (B-39, B-40)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cxsim.behaviour.talk import number_told, probability_of_talk, told_expectation
from cxsim.engines.reference.judgement import Episode
from cxsim.engines.reference.world import occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import whole

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person


def tell_others(person: Person, episode: Episode) -> None:
    """Decide whether an episode is told, to whom and when."""
    world = person.world
    chance = probability_of_talk(
        episode.satisfaction,
        person.default("talk_base"),
        person.default("talk_by_gain"),
        person.default("talk_by_loss"),
    )
    need = episode.need
    if person.default("talk") <= 0.0 or world.draw(person.entity, draws.TALKS, occasion(need)) >= chance:
        return
    first, others, strong = world.ties
    begin = first[person.row]
    degree = first[person.row + 1] - begin
    if degree == 0:
        return
    good = episode.good
    mean = person.default("told_if_satisfied" if good else "told_if_dissatisfied")
    told = number_told(world.draw(person.entity, draws.TOLD, occasion(need)), mean, ev.MAX_TOLD)
    person.counts_at(episode.firm)["talked_good" if good else "talked_bad"] += 1
    delay = person.default("talk_delay") * pl.DAY
    listeners: set[int] = set()
    for k in range(told):
        which = occasion(need, k)
        tie = begin + int(world.draw(person.entity, draws.LISTENER, which) * degree)
        if others[tie] in listeners:
            continue  # nobody is told the same story twice
        listeners.add(others[tie])
        later = whole(-delay * math.log1p(-world.draw(person.entity, draws.TALK_DELAY, which)))
        story = Story(person, world.people[others[tie]], episode, strong[tie] == 1)
        world.schedule(
            world.now + later, ev.TALK, person.entity, need << 5 | k, story.arrive,
            row=person.row, other=others[tie], cause=story.code, value=episode.performance,
        )  # fmt: skip


class Story:
    """What one person tells another about an episode."""

    def __init__(self, teller: Person, listener: Person, episode: Episode, strong: bool) -> None:
        self.teller = teller
        self.listener = listener
        self.episode = episode
        self.strong = strong

    @property
    def code(self) -> int:
        """Firm, tone and strength of the tie in one number, for the record of pending events."""
        return self.episode.firm << 2 | (2 if self.episode.good else 0) | int(self.strong)

    def arrive(self) -> None:
        """Reach the listener, and move what he or she expects of the firm."""
        listener = self.listener
        firm = self.episode.firm
        if listener.gone:
            return
        effect = listener.default("talk_effect")
        if not self.strong:
            effect *= listener.default("weak_tie_effect")
        mind = listener.minds[firm]
        mind.mean = told_expectation(mind.mean, self.episode.performance, effect)
        mind.heard += 1.0 if self.episode.good else -1.0
        self.teller.counts_at(firm)["told_good" if self.episode.good else "told_bad"] += 1
        self.teller.world.note(
            ev.LOG_TOLD, self.teller.entity, self.episode.need, 0, firm,
            other=listener.row, cause=int(self.episode.good), value=self.episode.performance,
        )  # fmt: skip
