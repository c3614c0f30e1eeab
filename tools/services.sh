# Read by setup.sh for tests: a PostgreSQL server and a browser, which are packages of the system.

has_postgres() {
    .venv/bin/python -m tests.postgres >/dev/null 2>&1
}

# A name on the path is no proof: Ubuntu's package puts a script there that only asks for a snap.
has_chromium() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        "$name" --version >/dev/null 2>&1 </dev/null && return
    done
    return 1
}

# Tests that need what is missing are skipped, unless nothing may be skipped.
missing() {
    [ -z "${PARTICIPATION_REQUIRE_ALL:-}" ] || fail "$1"
    printf '%s\n' "$1"
    current=""
}

need_postgres() {
    number=$((number + 1))
    has_postgres && return
    announce "PostgreSQL server for the tests"
    if can_install; then
        apt_install postgresql || true
    fi
    has_postgres || missing "No PostgreSQL server, 15 or newer: sudo apt-get install postgresql"
    current=""
}

need_chromium() {
    number=$((number + 1))
    has_chromium && return
    announce "Chromium for the tests"
    if can_install && ! grep -qs '^ID=ubuntu' /etc/os-release; then
        # The shell is what tests are quickest with; Lighthouse and pictures want the whole browser.
        apt_install chromium chromium-headless-shell || apt_install chromium || true
    fi
    has_chromium || missing "No Chromium or Chrome that starts: install one, or name it with CHROMIUM=/path/to/it"
    current=""
}
