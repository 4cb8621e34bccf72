# shellcheck shell=bash
# Where things lie, which ports they take, and the secrets that are made once. Sourced after say.sh and cluster.sh.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DATA=$(realpath -m "${DATA:-$checkout/.data}")
# It becomes part of a URL, of PostgreSQL's settings and of scripts.
[[ $DATA =~ ^[A-Za-z0-9/._+@-]+$ ]] || fail "DATA is a path of letters, digits and / . _ + @ - only: $DATA" "Set it: make run DATA=folder"
PORT=${PORT:-8080}
if ! [[ $PORT =~ ^[0-9]{2,5}$ ]] || [ "$PORT" -gt 64000 ]; then
    fail "PORT is not a port with room for the others above it: $PORT" "Take one from 1024 to 64000."
fi
services=(tenancy calls sessions messaging calendar billing)
processes=("${services[@]}" gateway)

# port_of NAME: the gateway has PORT, the services follow from PORT+21; /internal is 100 above, the operator's 1000 above.
port_of() {
    local offset=21 name
    [ "$1" = gateway ] && { echo "$PORT"; return; }
    for name in "${services[@]}"; do
        [ "$name" = "$1" ] && { echo $((PORT + offset)); return; }
        offset=$((offset + 1))
    done
    fail "There is no process called $1."
}

tls_port() { echo "${TLS_PORT:-$((PORT + 363))}"; }

# The executables: of the release build, unless BIN names a folder that holds them.
binaries=${BIN:-$checkout/.build/release}

# The folder of PostgreSQL's cluster. Where root runs the suite below a folder that the account postgres cannot enter, the
# cluster lies under /var/lib, in a folder named after DATA.
cluster_folder() {
    if [ -d "$DATA/postgres" ]; then
        echo "$DATA/postgres"
    elif [ -f "$DATA/cluster-folder" ]; then
        cat "$DATA/cluster-folder"
    elif can_enter "$DATA"; then
        echo "$DATA/postgres"
    else
        echo "/var/lib/switchboard/$(printf '%s' "$DATA" | sha256sum | cut -c 1-16)/postgres"
    fi
}

# make_data: DATA itself. Root's lets others pass, since postgres must; everything secret in it is 0600 or 0700.
make_data() {
    mkdir -p "$DATA"
    if [ "$(id -u)" = 0 ]; then chmod 0711 "$DATA"; else chmod 0700 "$DATA"; fi
    (umask 077 && mkdir -p "$DATA/run" "$DATA/logs" "$DATA/recordings")
}

random_base64() { head -c "$1" /dev/urandom | base64 -w 0; }
random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# make_secrets: adds to DATA/secrets.env what is not in it yet, and reads all of it. Lines of NAME=value, 0600. Values are
# never exported: each process is given its own.
make_secrets() {
    local file=$DATA/secrets.env new='' name upper
    # shellcheck disable=SC1090
    if [ -f "$file" ]; then . "$file"; fi
    add() { [ -n "${!1:-}" ] || new+="$1=$2"$'\n'; }
    add POSTGRES_PASSWORD "$(random_hex 24)"
    for name in "${processes[@]}"; do
        upper=${name^^}
        add "${upper}_OWNER_PASSWORD" "$(random_hex 24)"
        add "${upper}_APP_PASSWORD" "$(random_hex 24)"
        add "SERVICE_SECRET_$upper" "$(random_base64 32)"
        add "ENCRYPTION_KEYS_$upper" "k$(random_hex 4):$(random_base64 32)"
    done
    [ -n "$new" ] || return 0
    (
        umask 077
        if [ -f "$file" ]; then cat "$file"; fi >"$file.new"
        printf '%s' "$new" >>"$file.new"
        sync "$file.new"
        mv "$file.new" "$file"
    )
    # shellcheck disable=SC1090
    . "$file"
}

# secret NAME: one of DATA/secrets.env, after make_secrets.
secret() { printf '%s' "${!1}"; }

# admin_psql DATABASE [ARGUMENT...]: psql as the cluster's superuser.
admin_psql() {
    local database=$1
    shift
    PGPASSWORD=$POSTGRES_PASSWORD "$(postgres_bin)/psql" -X -q -v ON_ERROR_STOP=1 -h "$(cluster_folder)/socket" -U postgres \
        -d "$database" "$@"
}

# The process that serves DATA now, if any. Its start time guards against another one with a number used again.
running_pid() {
    local pid started
    read -r pid started 2>/dev/null <"$DATA/run/pid" || return 1
    [ "$(start_time "$pid")" = "$started" ] || return 1
    echo "$pid"
}
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
