# Read by setup.sh: packages of Python and of the front end, and what is built from them.

python_files() { checksums requirements.txt; }
python_test_files() { checksums requirements-test.txt; }
node_files() { checksums package.json package-lock.json .npmrc node_modules/.package-lock.json; }
asset_files() { checksums package.json package-lock.json participation/cli/assets.py static; }
catalogue_files() { checksums translations; }

# pip can be stopped between two files of a package, so an environment in which that happened is made anew.
install_python() {
    touch .venv/.unfinished
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-compile \
        --require-hashes -r "$1"
    rm .venv/.unfinished
}

# The list for tests holds the whole list for serving.
install_test_python() {
    install_python requirements-test.txt
    write_stamp .venv/.stamps/python python_files
}

npm_works() {
    local version
    version=$(npm --version 2>/dev/null) && [ "${version%%.*}" -ge 7 ]
}

# Where the machine has no npm of its own, Node.js comes as a Python package.
install_node() {
    if ! npm_works; then
        install_python requirements-node.txt
        PATH=$root/.venv/bin:$PATH
    fi
    npm ci --ignore-scripts --loglevel=error "$@" >/dev/null
}

install_test_node() {
    install_node
    write_stamp .venv/.stamps/node node_files
}

build_assets() {
    .venv/bin/python -m participation.cli.assets build
}

compile_catalogues() {
    if [ -n "$(find translations -name '*.po' -print -quit 2>/dev/null)" ]; then
        .venv/bin/python -m babel.messages.frontend --quiet compile -d translations
    fi
}
