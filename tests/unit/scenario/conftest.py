"""A small scenario that tests change, one value at a time."""

import pytest

SHOP = """\
format: 1
our_firm: Shop
starts: 2025-01-06
lasts: 1 year
warm_up: 6 months
market:
  customers: 100
  setting: noncontractual
  segments:
    young: {share: 30 %, patience: 4 min}
    old: {share: 70 %, patience: 8 min}
firms:
  Shop:
    share: 60 %
    price: 12 a visit
    quality: 0.3
    contacts:
      shopping: {happens: 12 a year, because: purchase, journey: [till], when: {Mon-Sat 09:00-18:00: 1}}
    arrivals:
      callers: {rate: 6 an hour, journey: [phone], patience: 5 min, takes: {phone: always 4 min}, priority: 2}
    touchpoints:
      till: {channel: store, staff: 2, takes: exponential 3 min, hours: Mon-Sat 09:00-18:00}
      phone:
        channel: phone
        shifts:
          early: {when: Mon-Fri 08:00-14:00, staff: 2}
          late: {when: Mon-Fri 12:00-18:00, staff: 3}
        takes: exponential 5 min
        solves: 50 %
        goes_to: {till: 10 %, boss: 5 %}
        call_back: {after: 3 min, accepted: 37.5 %, answered: 93 %}
      boss: {channel: back office, staff: 1, takes: exponential 10 min}
  Chain:
    share: 40 %
    price: 10 a visit
    contacts:
      shopping: {happens: 24 a year, because: purchase, journey: []}
policies:
  faster: {from: month 3, until: month 6, change: {till.takes: 20 % less, till.staff: 1 more}, cost: 100}
  dearer: {from: month 4, for: [old], change: {price: 1 more}, cost: {once: 5, yearly: 7}}
  both: {combine: [faster, {dearer: {from: month 5}}]}
"""


TOWN = """\
format: 1
our_firm: Ours
starts: 2025-01-06
lasts: 3 years
warm_up: 6 months
market:
  customers: 200
  setting: contractual
  segments:
    homes: {share: 75 %, cares_about: {reliability: 50 %, price: 30 %, ease: 20 %}}
    shops: {share: 25 %}
firms:
  Ours:
    share: 80 %
    price: 50 a month
    promises: {answer: 2 min, visit: 2 d}
    contacts:
      broken:   {happens: 1 a year, because: failure, journey: [phone, visit], stake: 2}
      billed:   {happens: 0.5 a year, because: failure, journey: [phone]}
      question: {happens: 2 a year, because: question, journey: [menu, phone], when: Mon-Fri 09:00-17:00}
    touchpoints:
      menu:   {channel: voice menu, solves: 20 %, sends_back: 10 %}
      phone:  {channel: phone, staff: 2, takes: 6 min, solves: 60 %, training: 8 h a year, explains: why}
      visit:  {channel: field visit, staff: 2, takes: 90 min, must_be: -1}
      desk:   {channel: complaint desk, staff: 1, takes: 20 min}
      office: {channel: back office, staff: 1, takes: 10 min}
    recovery: {steps: [apologize, fix, credit], credit: 10, without_approval: 5, ease: 25 %}
    process: {fixing: 20 h a month, looks_at: all failures}
    trouble_comes_from: {design: 45 %}
    follow_up: 10 %
    known: {nps: -35 ± 4, rated_poor: 54 %, churn: 0.6 % a month}
  Old:
    share: 20 %
    known: {price: 55 a month, nps: -5, wait_mean: 4 min, first_contact_resolution: 65 %, recovery_rate: 40 %}
  New:
    arrives: month 18
    reaches: {at_first: 40 % of customers, everyone_after: 12 months}
    known: {price: 45 a month, failures: 3 a year}
policies:
  cheaper: {from: New arrives, for: [homes], change: {price: 45 a month}, cost: 100}
  kinder: {from: month 3, change: {recovery.steps: [apologize, explain, fix], recovery.ease: 20 points more}, cost: 0}
  fixing: {from: month 6, change: {process.fixing: 60 h a month, trouble_comes_from.design: 25 %}, cost: 0}
unsure: {New.arrives: month 12 to month 30, trouble_comes_from.design: 30 % to 60 %, Old.quality: -1 to 1}
"""


@pytest.fixture
def town_text():
    return TOWN


@pytest.fixture
def town():
    from cxsim.scenario import loads

    return loads(TOWN, "town.yaml")


@pytest.fixture
def text():
    return SHOP


@pytest.fixture
def shop():
    from cxsim.scenario import loads

    return loads(SHOP, "shop.yaml")
