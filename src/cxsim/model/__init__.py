"""What both engines share: plan, levers, state, keyed draws, samplers, ties between people, event order."""
