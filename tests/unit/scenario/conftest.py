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


@pytest.fixture
def text():
    return SHOP


@pytest.fixture
def shop():
    from cxsim.scenario import loads

    return loads(SHOP, "shop.yaml")
