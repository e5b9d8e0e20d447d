"""What every test shares: how Hypothesis searches."""

from hypothesis import HealthCheck, settings

# The first example of a property compiles kernels, so a deadline on one example measures the compiler.
settings.register_profile("cxsim", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cxsim")
