"""Only a list: each fixture lives in the module of its noun."""

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
)
