# shellcheck shell=bash
# The databases of the suite in its cluster: settings, roles, migrations. Sourced after settings.sh and environment.sh.

# write_cluster_settings FOLDER: what differs from PostgreSQL's defaults; read at each start. The figures were measured on two cores.
write_cluster_settings() {
    local folder=$1 memory buffers
    memory=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
    buffers=$((memory / 4 < 512 ? memory / 4 : 512))
    cat >"$folder/data/switchboard.conf.new" <<END
# Written at each start; a setting of your own belongs into postgresql.conf, below the line that includes this file.
listen_addresses = ''
unix_socket_directories = '$folder/socket'
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = ${buffers}MB
max_wal_size = 4GB
wal_compression = lz4
wal_level = logical
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 1
idle_in_transaction_session_timeout = 60s
password_encryption = scram-sha-256
log_min_messages = warning
log_line_prefix = '%m [%p] %u@%d '
END
    mv "$folder/data/switchboard.conf.new" "$folder/data/switchboard.conf"
    # The folder lets in whoever runs the services, and PostgreSQL itself; its parents keep everyone else out, and the
    # password keeps out who comes so far.
    if [ "$(id -u)" = 0 ]; then
        chown postgres: "$folder/data/switchboard.conf"
        mkdir -p "$(dirname "$folder")"
        chmod 0711 "$(dirname "$folder")"
    fi
}

# make_suite_cluster: the cluster of DATA, made when it is not there yet, with its settings.
make_suite_cluster() {
    local folder
    folder=$(cluster_folder)
    if [ ! -f "$folder/cluster-is-complete" ]; then step "Making the database cluster in $folder"; fi
    if [ "$(id -u)" = 0 ]; then mkdir -p "$(dirname "$folder")"; fi
    if [ "$folder" != "$DATA/postgres" ]; then printf '%s\n' "$folder" >"$DATA/cluster-folder"; fi
    make_cluster "$folder" "$POSTGRES_PASSWORD" scram-sha-256
    write_cluster_settings "$folder"
}

# cluster_command: the words that run PostgreSQL in the foreground, quoted for a script. It dies with who started it.
cluster_command() {
    local folder as=()
    folder=$(cluster_folder)
    mapfile -t as < <(step_down)
    printf '%q ' "${as[@]}" env -C "$folder" setpriv --pdeathsig INT "$(postgres_bin)/postgres" -D "$folder/data"
}

# make_databases: one a service, and the roles. Quick when nothing is new: a mark in the cluster says for what it was done.
make_databases() {
    local folder wanted name
    folder=$(cluster_folder)
    wanted=$(cat "$checkout/scripts/roles.sql" "$DATA/secrets.env" | sha256sum | cut -c 1-64)
    [ "$(cat "$folder/roles-are-made" 2>/dev/null)" != "$wanted" ] || return 0
    step "Making the databases and their roles"
    (
        export PGHOST=$folder/socket PGUSER=postgres PGPASSWORD=$POSTGRES_PASSWORD
        for name in "${processes[@]}"; do export "${name^^}_OWNER_PASSWORD" "${name^^}_APP_PASSWORD"; done
        "$checkout/scripts/databases"
    )
    printf '%s\n' "$wanted" >"$folder/roles-are-made"
}

# pending NAME: how many migrations the executable has that the database has not.
pending() {
    local count
    count=$(as_process "$1" migrate --pending) || fail "$1 could not say which migrations are pending; the reason stands above."
    [[ $count =~ ^[0-9]+$ ]] || fail "$1 did not answer with a number of pending migrations: $count"
    echo "$count"
}

# migrate NAME...: an upgrade of databases that hold something is preceded by a backup of them.
migrate() {
    local name count waiting=() tables=0
    for name in "$@"; do
        count=$(pending "$name")
        [ "$count" = 0 ] && continue
        waiting+=("$name")
        tables=$((tables + $(admin_psql "$name" -At -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'")))
    done
    [ ${#waiting[@]} -gt 0 ] || return 0
    if [ "$tables" -gt 0 ]; then
        step "This release changes the schema of ${waiting[*]}; backing up first"
        "$checkout/scripts/backup" --before-upgrade
    fi
    for name in "${waiting[@]}"; do
        step "Migrating $name"
        as_process "$name" migrate || fail "The migration of $name failed; the reason stands above. Nothing of it was kept."
    done
}
