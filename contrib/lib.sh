# Shared by the scripts in contrib/ and tests/; sourced, never run.
# shellcheck shell=bash

# Messages go to stderr: stdout belongs to the answer (a list, ctest's summary, the demonstration).
note() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    note "$*"
    exit 1
}

# Print a command as a shell would read it: only the words that need it are quoted.
shell_line() {
    local word words=()
    for word in "$@"; do
        [[ $word =~ ^[A-Za-z0-9_./=,:@%+-]+$ ]] || word=${word@Q}
        words+=("$word")
    done
    echo "${words[*]}"
}

# Run one line of shell as root, and say before why. Root needs no sudo, and a minimal system has none.
# The line is what an administrator would type, so that it can be printed as it is.
#   as_root WHY LINE
as_root() {
    local why=$1 line=$2
    if [[ $(id -u) == 0 ]]; then
        sh -c "$line"
        return
    fi
    note "needs root to $why"
    # Asked first whether sudo may do anything at all, because its refusal looks like a failure of the line.
    if command -v sudo >/dev/null && sudo -- true; then
        note "asking sudo to run: $line"
        sudo -- sh -c "$line"
        return
    fi
    note "an administrator has to run: $line"
    return 1
}
