"""A small town whose cable company is steered."""

import cxsim
from cxsim.engines import compiled
from cxsim.experiments.simulate import costs_of, names_of
from cxsim.experiments.steering import Steering, steering_of

SEED = 20260101
TEXT = """
format: 1
our_firm: Cable
starts: 2025-01-06
lasts: 5 months
warm_up: 2 months
currency: EUR
market:
  customers: 120
  setting: contractual
  segments: {homes: {share: 75 %, patience: 2 min}, shops: {share: 25 %, patience: 1 min}}
firms:
  Cable:
    share: 70 %
    price: 55 a month
    variable_cost: 31 a month
    wages: 19 an hour
    contacts:
      down: {happens: 8 a year, because: failure, journey: [phone, visit]}
      bill: {happens: 8 a year, because: question, journey: [phone]}
    touchpoints:
      phone: {channel: phone, staff: 1, hours: Mon-Fri 09:00-10:00, takes: 12 min, solves: 45 %, fails: 20 %}
      visit: {channel: field visit, staff: 1, hours: Mon-Fri 08:00-16:00, takes: 90 min, solves: 85 %}
      complaints: {channel: complaint desk, staff: 1, hours: Tue Thu 10:00-12:00, takes: 20 min}
      approvals: {channel: back office, staff: 1, hours: Fri 14:00-16:00, takes: 10 min}
    recovery: {steps: [apologize, fix, credit], credit: 10, without_approval: 0}
  Cheap: {share: 30 %, price: 50 a month}
"""


def steered(scenario, function, levers, **given):
    """The scenario with a policy `steered`; other keywords are of the rule, `policy` of the policy."""
    policy = given.pop("policy", {})
    made = cxsim.steering_rule(levers=levers, **{"version": 1, **given})(function)
    return scenario.with_policy("steered", {}, **{"cost": 0, **policy}, steering=made)


def driver(scenario, policy="steered"):
    names = names_of(scenario)
    plan = scenario.plan(policy)
    return Steering(steering_of(scenario, policy, names, costs_of(scenario, policy, names)), plan), plan


def outcome(scenario, policy="steered"):
    steer, plan = driver(scenario, policy)
    return compiled.run(plan, SEED, 0, log=True, steer=steer), steer
