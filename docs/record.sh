#!/usr/bin/env bash
# Records docs/pictures/run.svg anew: a real run in an empty folder, typed by this script. Run it in
# a terminal, from the root, on a quiet machine. termtosvg is best kept in an environment of its own:
#   python3 -m venv /tmp/record && /tmp/record/bin/pip install termtosvg "setuptools<80"
#   PATH=/tmp/record/bin:$PATH docs/record.sh
set -euo pipefail
if [ "${1:-}" != inside ]; then
    stty cols 100 rows 36
    exec termtosvg docs/pictures/run.svg -g 100x36 -m 60 -M 6000 -D 5000 -t window_frame \
        -c "bash $0 inside"
fi
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$root/examples/reviews_en.csv" .

say() { # say COMMAND SECONDS: type it, run it, leave time to read
    printf '\033[32m$\033[0m '
    for ((i = 0; i < ${#1}; i++)); do
        printf '%s' "${1:i:1}"
        sleep 0.03
    done
    printf '\n'
    eval "$1"
    sleep "$2"
}

clear
say 'augment backtranslate reviews_en.csv --pivot es,ca,eo' 6
clear
say 'augment split reviews_en.augmented.csv --shares 0.8,0.2' 4
