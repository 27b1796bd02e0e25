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

# What the demonstrations say, and the prompt and command of who does it.
explain() { printf '\n# %s\n' "$*"; }
announce() { printf '%s %s\n' "$1" "$(shell_line "${@:2}")"; }

# Put the QEMU line that boots the guest into `qemu_line`: guest_line ACCEL ORDERS, see contrib/guest/init for these.
guest_line() {
    local machine=() console=ttyS0
    [[ $(uname -m) != aarch64 ]] || { machine=(-machine virt) && console=ttyAMA0; }
    local kernel_words="console=$console quiet loglevel=3 panic=-1 no_timer_check guest.name=demo $2 guest.then=wait"
    # shellcheck disable=SC2034  # it is the caller's
    qemu_line=(vdeqemu -name demo "${machine[@]}" -accel "$1" -cpu max -m 256 -display none -serial stdio
        -no-reboot -kernel vmlinuz -initrd initrd.gz -append "$kernel_words")
}

# True if root's rights can be had, which may ask for a password.
can_be_root() {
    [[ $(id -u) == 0 ]] || { command -v sudo >/dev/null && sudo -- true; }
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
