# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, never run. Expects `set -euo pipefail`.

birblens_here=$PWD
birblens_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
birblens_script=$birblens_root/packaging/$(basename "$0")
export DEBIAN_FRONTEND=noninteractive

# Progress goes to standard error, so that `packaging/run classify --json ...` prints JSON only.
say() {
    printf '%s\n' "$*" >&2
}

fail() {
    printf 'birblens: %s\n' "$*" >&2
    exit 1
}

# timed TITLE COMMAND...: runs a command whose output is shown only when it fails, and says how long it took.
timed() {
    local title=$1 started=$SECONDS log status=0
    shift
    log=$(mktemp)
    printf '%s ...' "$title" >&2
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        printf ' failed after %d s\n' $((SECONDS - started)) >&2
        tail -n 60 "$log" >&2
        say "(the last lines of: $*)"
        rm -f "$log"
        return "$status"
    fi
    printf ' %d s\n' $((SECONDS - started)) >&2
    rm -f "$log"
}

# dependencies run|test: the package names of packaging/dependencies for that command.
dependencies() {
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        if [[ $line =~ \#[[:space:]]*(run|test)[[:space:]]*$ ]] && [ "${BASH_REMATCH[1]}" != "$1" ]; then
            continue
        fi
        line=${line%%#*}
        line=${line//[[:space:]]/}
        if [ -n "$line" ]; then
            printf '%s\n' "$line"
        fi
    done <"$birblens_root/packaging/dependencies"
}

# missing_packages PACKAGE...: those that are not installed.
missing_packages() {
    local package states
    for package in "$@"; do
        states=" $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null || true)"
        if [[ $states != *" installed "* ]]; then  # one state per architecture
            printf '%s\n' "$package"
        fi
    done
}

# install_dependencies run|test: asks apt only when something is missing.
install_dependencies() {
    local wanted missing as_root=()
    mapfile -t wanted < <(dependencies "$1")
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This is no Debian system: going on with what is installed (packaging/dependencies lists what is needed)."
        return
    fi
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
            sudo -v || fail "sudo did not let you in; install these packages as root and start again: ${missing[*]}"
            as_root=(sudo)
        else
            say "birblens: you are neither root nor allowed to use sudo; going on without these packages, which root can install by:" \
                "apt-get install --no-install-recommends ${missing[*]}"
            return
        fi
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    timed "Reading package lists" "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -qq update ||
        say "The package lists could not be refreshed; trying with the ones that are there."
    timed "Installing ${#missing[@]} packages and what they need (${missing[*]})" "${as_root[@]}" apt-get \
        -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install "${missing[@]}" ||
        fail "apt-get could not install: ${missing[*]}"
}

# build_jobs: one compiler per core, but only as many as there are 2 GB of free memory for; libtorch's headers need that.
build_jobs() {
    local cores jobs
    cores=$(nproc 2>/dev/null || echo 1)
    jobs=$(awk '/^MemAvailable:/ { print int($2 / 2000000) }' /proc/meminfo 2>/dev/null || true)
    if [ -z "$jobs" ] || [ "$jobs" -gt "$cores" ]; then
        jobs=$cores
    fi
    if [ "$jobs" -lt 1 ]; then
        jobs=1
    fi
    printf '%s\n' "$jobs"
}

# build_preset NAME: configures and builds into build/NAME. Not being able to is the end.
build_preset() {
    local preset=$1 jobs
    jobs=${BIRBLENS_JOBS:-$(build_jobs)}
    cd "$birblens_root" || fail "the folder $birblens_root is gone"
    command -v cmake >/dev/null || fail "cmake is not installed; packaging/dependencies lists what is needed"
    timed "Configuring ($preset)" cmake --preset "$preset" ||
        fail "cmake could not configure; its last lines are above"
    timed "Building ($preset, $jobs at a time)" cmake --build --preset "$preset" --parallel "$jobs" ||
        fail "the build failed; the compiler's last lines are above"
}

# environment PYTHON FOLDER OPTIONS-OF-VENV -- COMMAND...: a virtual environment that COMMAND fills by "$pip"; made anew when
# the script has changed since.
environment() {
    local interpreter=$1 folder=$2 options=()
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    if [ "$folder/ready" -nt "$birblens_script" ]; then
        return
    fi
    rm -rf "$folder"
    "$interpreter" -m venv "${options[@]}" "$folder" || fail "Python's venv module does not work (Debian's package python3-venv)"
    pip=$folder/bin/pip timed "Installing into ${folder#"$birblens_root"/}" "$@" ||
        fail "the Python registry gave not all of it; its last lines are above"
    touch "$folder/ready"
}

# program_of ARGUMENTS...: sets `birblens` to the program that was given, else builds it.
program_of() {
    if [ $# -gt 0 ]; then
        birblens=$(cd "$birblens_here" && realpath "$1")
    else
        build_preset release
        birblens=$birblens_root/build/release/birblens
    fi
}
