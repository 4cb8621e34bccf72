# shellcheck shell=bash
# A private PostgreSQL cluster: making one, and the command that runs it. Sourced; the caller has sourced say.sh.

# The newest installed PostgreSQL. pg_wrapper's versions in /usr/bin would choose by the system's own clusters.
postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
    [ -x "$newest" ] || fail "PostgreSQL is not installed." "Run: make setup"
    dirname "$newest"
}

# PostgreSQL refuses to run as root, so root steps down to the account that the package made.
step_down() {
    if [ "$(id -u)" = 0 ]; then
        printf '%s\n' setpriv --reuid=postgres --regid=postgres --clear-groups
    fi
}

# can_enter FOLDER: whether the account that runs PostgreSQL reaches into FOLDER.
can_enter() {
    local as=()
    mapfile -t as < <(step_down)
    "${as[@]}" test -x "$1"
}

# make_cluster FOLDER PASSWORD AUTH: initdb into FOLDER/data, once. A cluster without the marker was never finished and
# nothing has been stored in it, so it is made again; one with the marker is never touched.
make_cluster() {
    local folder=$1 password=$2 auth=$3 bin as=()
    [ -f "$folder/cluster-is-complete" ] && return 0
    bin=$(postgres_bin)
    mapfile -t as < <(step_down)
    mkdir -p "$folder"
    rm -rf "${folder:?}/data" "$folder/socket"
    if [ ${#as[@]} -gt 0 ]; then chown postgres: "$folder"; fi
    chmod 0700 "$folder"
    ( umask 077 && printf '%s\n' "$password" >"$folder/initial-password" )
    if [ ${#as[@]} -gt 0 ]; then chown postgres: "$folder/initial-password"; fi
    "${as[@]}" mkdir -m 0700 "$folder/socket"
    if ! "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A "$auth" --pwfile="$folder/initial-password" \
        -E UTF8 --locale=C.UTF-8 -k >"$folder/initdb.log" 2>&1; then
        cat "$folder/initdb.log" >&2
        fail "PostgreSQL could not make its cluster in $folder."
    fi
    rm -f "$folder/initial-password"
    printf "include 'switchboard.conf'\n" >>"$folder/data/postgresql.conf"
    : >"$folder/data/switchboard.conf"
    : >"$folder/cluster-is-complete"
}

# socket_url USER PASSWORD DATABASE FOLDER: a connection string by the private socket. A socket's path has room for 107
# bytes, so a cluster in a deep folder is a fault that is worth its own words.
socket_url() {
    local socket=$4/socket
    [ ${#socket} -le 88 ] || fail "The path of PostgreSQL's socket is too long: $socket" "Set DATA to a shorter path."
    printf 'postgresql://%s%s@/%s?host=%s' "$1" "${2:+:$2}" "$3" "${socket//\//%2F}"
}
