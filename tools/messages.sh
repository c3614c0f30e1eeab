#!/usr/bin/env bash
# New texts into the catalogues. No fuzzy matching: a guess is shown to nobody and only hides what is missing.
# Babel would pass over folders that begin with an underscore, such as templates/_macros.
set -euo pipefail
cd "$(dirname "$0")/.."
pybabel=.venv/bin/pybabel
template=translations/messages.pot
"$pybabel" --quiet extract -F pyproject.toml -k lazy_gettext --ignore-dirs '.*' --no-location --omit-header --sort-output --width 120 \
    -o "$template" participation templates
for code in $(.venv/bin/python -c 'from participation.locales import CODES, DEFAULT; print(*{*CODES} - {DEFAULT})'); do
    if [ -f "translations/$code/LC_MESSAGES/messages.po" ]; then
        "$pybabel" --quiet update -i "$template" -d translations -l "$code" --no-fuzzy-matching --ignore-obsolete --width 120
    else
        "$pybabel" --quiet init -i "$template" -d translations -l "$code" --width 120
    fi
done
