"""Only a list: each fixture lives in the module of its noun."""

import gc

pytest_plugins = (
    "tests.fixtures.apps",
    "tests.fixtures.browsers",
    "tests.fixtures.clients",
    "tests.fixtures.databases",
    "tests.fixtures.examples",
    "tests.fixtures.mail_servers",
    "tests.fixtures.networks",
    "tests.fixtures.providers",
    "tests.fixtures.settings",
    "tests.fixtures.skips",
    "tests.fixtures.shared_data",
    "tests.fixtures.statements",
    "tests.fixtures.towns",
)


def pytest_collection_finish() -> None:
    """Looking for garbage among thousands of collected tests, again and again, would take a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
