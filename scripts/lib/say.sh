# shellcheck shell=bash
# How every script speaks: a step, a remark, a fault. Sourced.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    colour_step=$'\e[1;36m' colour_fault=$'\e[1;31m' colour_off=$'\e[0m'
else
    colour_step='' colour_fault='' colour_off=''
fi

step() { printf '%s==>%s %s\n' "$colour_step" "$colour_off" "$*"; }
note() { printf '    %s\n' "$*"; }
warn() { printf '%s  !%s %s\n' "$colour_fault" "$colour_off" "$*" >&2; }

# Says what is wrong and what to do about it, and ends the script.
fail() {
    warn "$1"
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}
