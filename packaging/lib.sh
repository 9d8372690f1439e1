# SPDX-License-Identifier: GPL-3.0-or-later
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

# building TITLE COMMAND...: the same for a build, and says how far it is: on a terminal in place, else once per tenth.
building() {
    local title=$1 started=$SECONDS log status=0 line built total tenth=0
    shift
    log=$(mktemp)
    NINJA_STATUS="[%f/%t] " "$@" 2>&1 </dev/null | while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        if [[ ! $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            continue
        fi
        built=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
        if [ -t 2 ]; then
            printf '\r%s ... %d of %d steps' "$title" "$built" "$total" >&2
        elif [ $((10 * built / total)) -gt "$tenth" ]; then
            tenth=$((10 * built / total))
            say "$title ... $built of $total steps, $((SECONDS - started)) s"
        fi
    done || status=$?
    if [ -t 2 ]; then
        printf '\n' >&2
    fi
    if [ "$status" -ne 0 ]; then
        say "$title failed after $((SECONDS - started)) s"
        tail -n 60 "$log" >&2
        say "(the last lines of: $*)"
    else
        say "$title ... $((SECONDS - started)) s"
    fi
    rm -f "$log"
    return "$status"
}

# dependencies run|test|check|tidy: the lines of packaging/dependencies for that command; "a|b" where there is a choice. Checks
# need nothing of what the program needs.
dependencies() {
    local line tag packaged=libtorch
    if [ -n "${BIRBLENS_LIBTORCH:-}" ]; then
        packaged=
    fi
    while IFS= read -r line || [ -n "$line" ]; do
        tag=
        if [[ $line =~ \#[[:space:]]*(run|test|check|tidy|libtorch)[[:space:]]*$ ]]; then
            tag=${BASH_REMATCH[1]}
        fi
        case $1 in
            check | tidy)
                if [ "$tag" != "$1" ]; then continue; fi
                ;;
            *)
                if [ -n "$tag" ] && [ "$tag" != "$1" ] && [ "$tag" != "$packaged" ]; then continue; fi
                ;;
        esac
        line=${line%%#*}
        line=${line//[[:space:]]/}
        if [ -n "$line" ]; then
            printf '%s\n' "$line"
        fi
    done <"$birblens_root/packaging/dependencies"
}

# chosen_package A|B|...: the first that this release has; the last where apt knows none of them.
chosen_package() {
    local choices choice
    IFS='|' read -ra choices <<<"$1"
    for choice in "${choices[@]}"; do
        if apt-cache show "$choice" >/dev/null 2>&1; then
            break
        fi
    done
    printf '%s\n' "$choice"
}

# missing_packages run|test|check|tidy: those that are not installed.
missing_packages() {
    local wanted line package states
    mapfile -t wanted < <(dependencies "$1")
    for line in "${wanted[@]}"; do
        package=$line
        if [[ $line == *"|"* ]]; then
            package=$(chosen_package "$line")
        fi
        states=" $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null || true)"
        if [[ $states != *" installed "* ]]; then  # one state per architecture
            printf '%s\n' "$package"
        fi
    done
}

# install_dependencies run|test|check|tidy: asks apt only when something is missing.
install_dependencies() {
    local missing as_root=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This is no Debian system: going on with what is installed (packaging/dependencies lists what is needed)."
        return
    fi
    mapfile -t missing < <(missing_packages "$1")
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
    mapfile -t missing < <(missing_packages "$1")  # with the lists read, a choice between packages may come out differently
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

# build_folder PRESET: where it is built; another libtorch has a folder of its own beside the release's.
build_folder() {
    printf '%s\n' "$birblens_root/build/$1${BIRBLENS_LIBTORCH:+-libtorch}"
}

# build_preset NAME: configures and builds. Not being able to is the end.
build_preset() {
    local preset=$1 folder jobs options=()
    jobs=${BIRBLENS_JOBS:-$(build_jobs)}
    folder=$(build_folder "$preset")
    if [ -n "${BIRBLENS_LIBTORCH:-}" ]; then
        if [ ! -f "$BIRBLENS_LIBTORCH/share/cmake/Torch/TorchConfig.cmake" ]; then
            fail "BIRBLENS_LIBTORCH is $BIRBLENS_LIBTORCH, which has no share/cmake/Torch; give the folder libtorch of the" \
                "zip, or torch in Python's site-packages"
        fi
        options=(-D "CMAKE_PREFIX_PATH=$(realpath "$BIRBLENS_LIBTORCH")")
    fi
    cd "$birblens_root" || fail "the folder $birblens_root is gone"
    command -v cmake >/dev/null || fail "cmake is not installed; packaging/dependencies lists what is needed"
    timed "Configuring (${folder##*/})" cmake --preset "$preset" -B "$folder" "${options[@]}" ||
        fail "cmake could not configure; its last lines are above"
    building "Building (${folder##*/}, $jobs at a time)" cmake --build "$folder" --parallel "$jobs" ||
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
        # shellcheck disable=SC2034 # the caller reads it
        birblens=$birblens_root/build/release/birblens
    fi
}
