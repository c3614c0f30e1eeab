# Read by setup.sh: finds a Python that will do, and makes .venv with it.

MINIMUM="3.11"

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

can_make_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

# Prints the first Python that is recent enough, if possible one that can make virtual environments as it is.
find_python() {
    local candidate recent="" candidates=(python3.13 python3.12 python3.11 python3)
    if [ -n "${PYTHON:-}" ]; then
        candidates=("$PYTHON")
    fi
    for candidate in "${candidates[@]}"; do
        # A name on the path is no proof: version managers leave names there that start nothing.
        is_recent "$candidate" || continue
        if can_make_venv "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
        recent=${recent:-$candidate}
    done
    printf '%s\n' "$recent"
}

refuse_old_python() {
    local name=${PYTHON:-python3} found
    found=$("$name" --version 2>&1 | head -n 1) || found="no $name that starts"
    fail "Python $MINIMUM or newer is needed, but there is ${found:-no $name}:" \
        "install it, or name one that is there: make run PYTHON=/path/to/python3"
}

# Debian and Ubuntu keep the module that makes virtual environments in a package of its own.
install_venv_module() {
    local package
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if can_install; then
        apt_install "$package" || true
    fi
    can_make_venv "$1" || fail "$1 cannot make virtual environments:" \
        "install its venv module (sudo apt-get install $package), then run the same command again"
}

make_venv() {
    local python
    python=$(find_python)
    [ -n "$python" ] || refuse_old_python
    can_make_venv "$python" || install_venv_module "$python"
    rm -rf .venv
    mkdir .venv
    touch .venv/.unfinished
    "$python" -m venv "$root/.venv"
    rm .venv/.unfinished
}

# False for a half-made environment, one of a moved or copied folder, one whose Python is gone, or another than PYTHON.
venv_is_sound() {
    [ ! -e .venv/.unfinished ] &&
        grep -qsF -- " $root/.venv" .venv/pyvenv.cfg &&
        is_recent .venv/bin/python &&
        .venv/bin/python -c 'import pip' 2>/dev/null &&
        { [ -z "${PYTHON:-}" ] || [ "$(exact_version "$PYTHON")" = "$(exact_version .venv/bin/python)" ]; }
}

exact_version() {
    "$1" -c 'import sys; print(sys.version)' 2>/dev/null || true
}
