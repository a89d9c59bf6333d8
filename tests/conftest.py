"""What every test shares: how often properties are tried.

A property that wants many examples asks for a multiple of `settings.default.max_examples`: thirty times the
default are 3,000 in CI and 10,500 with `pytest --hypothesis-profile thorough`.
"""

from hypothesis import HealthCheck, settings

# No deadline: the machine is shared, and a slow minute is no finding. CI tries the same examples every time, so that a
# change is red by what it changed; `thorough` looks for new ones.
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=350, derandomize=False)
settings.load_profile("ci")
