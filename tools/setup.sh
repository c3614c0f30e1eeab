#!/usr/bin/env bash
# Makes a checkout ready: "run" for serving, "lint" for the linters, "test" for everything the tests need.
# What is done already is skipped, so that a second call takes no noticeable time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$(pwd -P)
purpose=${1:-run}
. tools/steps.sh
. tools/python.sh
. tools/packages.sh

environment() {
    number=$((number + 1))
    if ! venv_is_sound; then
        announce "Python environment in .venv"
        make_venv
        current=""
    fi
}

files_for_browsers() {
    step assets "Files for the browser" asset_files build_assets
    step catalogues "Translations" catalogue_files compile_catalogues
}

case $purpose in
run)
    total=5
    environment
    step python "Python packages (about a minute)" python_files install_python requirements.txt
    step node "Front-end packages" node_files install_node --omit=dev
    files_for_browsers
    ;;
lint)
    total=2
    environment
    step python-test "Python packages with those for tests" python_test_files install_test_python
    ;;
test)
    total=7
    environment
    step python-test "Python packages with those for tests (about a minute)" python_test_files install_test_python
    step node-test "Front-end packages with those for tests" node_files install_test_node
    files_for_browsers
    . tools/services.sh
    need_postgres
    need_chromium
    ;;
*)
    fail "usage: tools/setup.sh run | lint | test"
    ;;
esac
