# shellcheck shell=bash
# What each process is told: one folder of files a process, as s6-envdir reads it, so that no secret stands on a command line or in
# another process's environment. Sourced after settings.sh; make_secrets has run.

# put FOLDER NAME VALUE
put() { printf '%s\n' "$3" >"$1/$2"; }

# write_environment NAME FOLDER: FOLDER/run for the process, FOLDER/migrate and FOLDER/bootstrap for what those subcommands
# need on top of it.
write_environment() {
    local name=$1 folder=$2 upper=${1^^} port other cluster
    port=$(port_of "$name")
    cluster=$(cluster_folder)
    rm -rf "$folder"
    (
        umask 077
        mkdir -p "$folder/run" "$folder/migrate" "$folder/bootstrap" "$DATA/$name"
        cd "$folder"
        put run BASE_URL "${BASE_URL:-http://localhost:$PORT}"
        put run PORT "$port"
        put run INTERNAL_PORT $((port + 100))
        put run OPERATOR_PORT $((port + 1000))
        put run DATABASE_URL "$(socket_url "${name}_app" "$(secret "${upper}_APP_PASSWORD")" "$name" "$cluster")"
        put run DATABASE_DIRECT_URL "$(socket_url "${name}_app" "$(secret "${upper}_APP_PASSWORD")" "$name" "$cluster")"
        put migrate DATABASE_OWNER_URL "$(socket_url "${name}_owner" "$(secret "${upper}_OWNER_PASSWORD")" "$name" "$cluster")"
        put run DATA_DIR "$DATA/$name"
        put run SERVICE_SECRET "$(secret "SERVICE_SECRET_$upper")"
        put run ENCRYPTION_KEYS "$(secret "ENCRYPTION_KEYS_$upper")"
        for other in "${services[@]}"; do
            put run "${other^^}_INTERNAL_URL" "http://127.0.0.1:$(($(port_of "$other") + 100))"
        done
        case $name in
        gateway)
            put run BIND_ADDRESS "${BIND_ADDRESS:-127.0.0.1}"
            put run TLS_CERTIFICATES "${TLS_CERTIFICATES:-$DATA/tls/certificates}"
            put run TLS_PORT "$(tls_port)"
            put run CONSOLE_DIR "${CONSOLE_DIR:-$checkout/gateway/Console}"
            for other in "${services[@]}"; do put run "${other^^}_URL" "http://127.0.0.1:$(port_of "$other")"; done
            ;;
        *) put run BIND_ADDRESS 127.0.0.1 ;;
        esac
        case $name in
        tenancy)
            put run GATEWAY_INTERNAL_URL "http://127.0.0.1:$((PORT + 100))"
            for other in "${processes[@]}"; do put run "SERVICE_SECRET_${other^^}" "$(secret "SERVICE_SECRET_${other^^}")"; done
            put bootstrap ADMIN_EMAIL "$(admin_field email)"
            put bootstrap ADMIN_PASSWORD "$(admin_field password)"
            ;;
        calls)
            put run BLOBS "$DATA/recordings"
            put run LOCAL_RECOGNISER "${LOCAL_RECOGNISER:-$checkout/.data/recogniser}"
            ;;
        esac
    )
}

# make_admin: DATA/admin.json, the first super admin's sign-in, made at the first start. Whoever removes it once the password
# is changed does not find it again: the mark stays.
make_admin() {
    [ ! -f "$DATA/run/admin-was-made" ] || return 0
    (
        umask 077
        ADMIN_EMAIL=${ADMIN_EMAIL:-admin@switchboard.localhost} ADMIN_PASSWORD=${ADMIN_PASSWORD:-$(random_hex 12)} python3 -c '
import json, os
print(json.dumps({"email": os.environ["ADMIN_EMAIL"], "password": os.environ["ADMIN_PASSWORD"]}))' >"$DATA/admin.json.new"
        mv "$DATA/admin.json.new" "$DATA/admin.json"
        touch "$DATA/run/admin-was-made"
    )
}

# admin_field email|password: nothing when there is no such file any more.
admin_field() {
    [ ! -f "$DATA/admin.json" ] || python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$DATA/admin.json" "$1"
}

# as_process NAME SUBCOMMAND [ARGUMENT...]: runs the executable with its own environment and, when the subcommand has one,
# that subcommand's besides.
as_process() {
    local name=$1 subcommand=$2 folder=$DATA/run/environment/$1
    shift 2
    if [ -d "$folder/$subcommand" ]; then
        s6-envdir "$folder/run" s6-envdir "$folder/$subcommand" "$binaries/$name" "$subcommand" "$@"
    else
        s6-envdir "$folder/run" "$binaries/$name" "$subcommand" "$@"
    fi
}
