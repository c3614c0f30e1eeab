#!/usr/bin/env bash
# Writes the lock files from pyproject.toml and package.json. They name no registry and hold a checksum per file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/steps.sh
command -v uv >/dev/null || fail "make lock needs uv: see https://docs.astral.sh/uv/"
command -v npm >/dev/null || fail "make lock needs npm"

compile() {
    uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-header "$@" >/dev/null
}

printf 'import tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"]["node"], sep="\\n")
' | uv run --no-project python - | compile "$@" -o requirements-node.txt -
compile "$@" -o requirements.txt pyproject.toml
# The tests run on the versions that are served.
compile "$@" --extra test -c requirements.txt -o requirements-test.txt pyproject.toml
npm install --package-lock-only --loglevel=error >/dev/null
npm install --prefix benches/node --package-lock-only --loglevel=error >/dev/null
