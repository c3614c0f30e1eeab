# Read by the other scripts here: numbered steps with stamps, one-line failures, packages of the system.

number=0
current=""

fail() {
    current=""
    printf '%s\n' "$*" >&2
    exit 1
}

announce() {
    current=$1
    printf '[%d/%d] %s ...\n' "$number" "$total" "$current"
}

report_stop() {
    local status=$?
    if [ "$status" -ne 0 ] && [ -n "$current" ]; then
        printf 'Set-up stopped at "%s", see above. The same command goes on from there.\n' "$current" >&2
    fi
}
trap report_stop EXIT

# step STAMP TITLE INPUTS COMMAND...: runs COMMAND unless what the function INPUTS prints is what it printed after the
# last success. The stamp is written last and in one move, so that an interrupted step is done again.
step() {
    local stamp=.venv/.stamps/$1 title=$2 inputs=$3
    shift 3
    number=$((number + 1))
    if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$("$inputs")" ]; then
        return
    fi
    announce "$title"
    "$@"
    write_stamp "$stamp" "$inputs"
    current=""
}

write_stamp() {
    mkdir -p .venv/.stamps
    "$2" >"$1.new"
    mv "$1.new" "$1"
}

# Checksums of all files under the given paths; a path that is not there counts as "no file".
checksums() {
    { find "$@" -type f -exec cksum {} + 2>/dev/null || true; } | LC_ALL=C sort
}

can_install() {
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null
}

# Installs packages of the system quietly; shows the whole output if that fails.
apt_install() {
    local output
    output=$(
        export DEBIAN_FRONTEND=noninteractive
        # A third party's list that cannot be read must not stop the installation of something else.
        apt-get -qq update 2>&1 || true
        apt-get -qq -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@" 2>&1
    ) </dev/null || { printf '%s\n' "$output" >&2 && return 1; }
}
