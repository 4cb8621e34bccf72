# shellcheck shell=bash
# s6 for `make run`: the scan folder, starting by readiness, stopping in order. Sourced by scripts/run.

scan=$DATA/run/scan
supervisor=''
# The shell that brings everything up, while it does.
starter=''

# check_ports: whoever has a port that is needed is found now, not by a process that dies at its start.
check_ports() {
    local name port wanted=() taken
    for name in "${processes[@]}"; do
        port=$(port_of "$name")
        wanted+=("$port" $((port + 100)) $((port + 1000)))
        if [ "$name" = gateway ]; then wanted+=("$(tls_port)"); fi
    done
    taken=$(python3 - "${wanted[@]}" <<'END'
import socket, sys
for port in map(int, sys.argv[1:]):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            print(port, end=" ")
END
    )
    [ -z "$taken" ] || fail "These ports are in use by something else: $taken" \
        "Stop it, or move the suite: make run PORT=8500 (with DATA= if another suite is running)."
}

# The listening sockets of all processes, for scripts/lib/sockets.py: lines of descriptor, address, port. The supervisor holds them, so
# that they outlive the processes; those start from 100, where no program looks for its own.
sockets=()

# hold_sockets NAME: adds the sockets of a process and prints what its run script does with them: it takes its own as
# descriptors from 3 on, as systemd hands them over, and closes the others'.
hold_sockets() {
    local name=$1 port address=127.0.0.1 names=(service) ports own=3 index
    port=$(port_of "$name")
    ports=("$port")
    if [ "$name" = gateway ]; then
        address=${BIND_ADDRESS:-127.0.0.1}
        names+=(secure)
        ports+=("$(tls_port)")
    fi
    names+=(internal operator)
    ports+=($((port + 100)) $((port + 1000)))
    for index in "${!names[@]}"; do
        # Never the world's, whatever the gateway's address is.
        [ "${names[index]}" = internal ] && address=127.0.0.1
        echo "exec $own<&$((100 + ${#sockets[@]}))"
        sockets+=("$((100 + ${#sockets[@]})) $address ${ports[index]}")
        own=$((own + 1))
    done
    echo "export LISTEN_FDS=${#names[@]} LISTEN_FDNAMES=$(IFS=: && echo "${names[*]}")"
}

# supervise NAME COLOUR COMMAND [AFTER [PREPARATION]]: one folder of the scan folder. COMMAND is the text of a shell command;
# AFTER is the process that must be ready before it starts; PREPARATION is what the run script does first.
supervise() {
    local name=$1 colour=$2 command=$3 after=${4:-} preparation=${5:-} folder=$scan/$1
    mkdir -p "$folder/log" "$DATA/logs/$name"
    # Behind the descriptors of the sockets.
    echo 9 >"$folder/notification-fd"
    # The supervisor would kill after this long; a graceful stop has 30 s.
    echo 35000 >"$folder/timeout-kill"
    {
        echo '#!/bin/bash'
        echo 'exec 2>&1'
        [ -z "$preparation" ] || echo "$preparation"
        # What was not taken is another process's.
        # shellcheck disable=SC2016 # The run script's own.
        echo 'for descriptor in /proc/self/fd/1[0-9][0-9]; do eval "exec ${descriptor##*/}>&-" 2>/dev/null; done'
        if [ -n "$after" ]; then
            # Its supervisor may start later than this one's.
            echo "until s6-svstat ../$after >/dev/null 2>&1; do sleep 0.05; done"
            echo "s6-svwait -U -t 60000 ../$after || exit 1"
        fi
        echo "exec $command"
    } >"$folder/run"
    # Two deaths a minute are bad luck, ten are a fault: then it stays down and says so.
    cat >"$folder/finish" <<'END'
#!/bin/sh
[ "$1" = 0 ] || echo "exited: code $1 signal $2"
# A configuration that is wrong is wrong the next time too (sysexits.h, EX_CONFIG); 125 tells s6 to leave it down.
[ "$1" != 78 ] || exit 125
exec s6-permafailon 60 10 1-255,SIGABRT,SIGBUS,SIGFPE,SIGILL,SIGKILL,SIGSEGV,SIGSYS,SIGTRAP true
END
    # The whole log on disk, ten files of 10 MB at most, and what the terminal shows beside it.
    {
        echo '#!/bin/bash'
        printf 'exec s6-log -b -- n10 s10000000 %q 1 > >(exec sed -u %q)\n' "$DATA/logs/$name" "s/^/$(printf '%b' "$colour")$(printf '%-10s' "$name")|$([ -z "$colour" ] || printf '\e[0m') /"
    } >"$folder/log/run"
    chmod +x "$folder/run" "$folder/finish" "$folder/log/run"
}

write_scan_folder() {
    local name number=32 folder colour=''
    rm -rf "$scan"
    mkdir -p "$scan/.s6-svscan"
    folder=$(cluster_folder)
    [ -z "$colour_off" ] || colour='\e[31m'
    supervise postgres "$colour" "s6-notifyoncheck -3 9 -d -w 100 -t 1000 $(cluster_command)"
    mkdir "$scan/postgres/data"
    printf '#!/bin/sh\nexec %q -q -U postgres -h %q\n' "$(postgres_bin)/pg_isready" "$folder/socket" >"$scan/postgres/data/check"
    chmod +x "$scan/postgres/data/check"
    # SIGTERM would wait for every session to end.
    echo SIGINT >"$scan/postgres/down-signal"
    for name in "${processes[@]}"; do
        [ -z "$colour_off" ] || colour="\\e[${number}m"
        # Not in a subshell, which could not add to the sockets.
        hold_sockets "$name" >"$scan/preparation"
        supervise "$name" "$colour" \
            "$(printf '%q ' "$checkout/scripts/lib/hand-over" s6-envdir "$DATA/run/environment/$name/run" "$binaries/$name" run)" \
            postgres "$(cat "$scan/preparation")"
        touch "$scan/$name/down"
        number=$((number == 36 ? 91 : number + 1))
    done
    rm "$scan/preparation"
}

# A session of its own: Ctrl-C must reach the script alone, which then stops things in order. Should the script itself be
# killed, everything goes down with it.
start_supervisor() {
    printf '%s\n' "${sockets[@]}" >"$DATA/run/sockets"
    setsid setpriv --pdeathsig TERM python3 "$checkout/scripts/lib/sockets.py" "$DATA/run/sockets" s6-svscan "$scan" 9>&- &
    supervisor=$!
}

# await NAME: until it says that it is ready, a minute at most. Fails at once when it is given up, also before we came to wait.
await() {
    local tries
    until s6-svstat "$scan/$1" >/dev/null 2>&1; do
        kill -0 "$supervisor" 2>/dev/null || return 1
        sleep 0.05
    done
    for ((tries = 0; tries < 60; tries++)); do
        # In the background: a signal's trap runs at once while the shell itself waits.
        s6-svwait -U -t 1000 "$scan/$1" 2>/dev/null &
        if wait $!; then return 0; fi
        [ "$(s6-svstat -o wantedup "$scan/$1")" = true ] || return 1
    done
    return 1
}

start_processes() {
    local name
    for name in "$@"; do
        until s6-svstat "$scan/$name" >/dev/null 2>&1; do sleep 0.05; done
        s6-svc -u "$scan/$name"
    done
    for name in "$@"; do
        await "$name" || give_up "$name"
        note "ready  $name"
    done
}

give_up() {
    warn "$1 did not become ready. The end of its log:"
    tail -n 12 "$DATA/logs/$1/current" >&2 || true
    exit 1
}

# The gateway is ready once it holds the tenants and each service has been ready once.
await_gateway() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        curl -fsS -o /dev/null -m 2 "http://127.0.0.1:$((PORT + 1000))/ready" 2>/dev/null && return 0
        sleep 0.1
    done
    give_up gateway
}

# stop [CODE]: the gateway first, so that what it took is finished by services that still run, and PostgreSQL last.
stop() {
    local name
    trap '' INT TERM HUP
    printf '\n'
    step "Stopping"
    if [ -n "$starter" ]; then
        kill "$starter" 2>/dev/null || true
        wait "$starter" 2>/dev/null || true
    fi
    if [ -n "$supervisor" ] && kill -0 "$supervisor" 2>/dev/null; then
        cd "$scan"
        s6-svc -wd -T 36000 -d gateway 2>/dev/null || true
        for name in "${services[@]}"; do s6-svc -d "$name" 2>/dev/null || true; done
        s6-svwait -d -t 36000 "${services[@]}" 2>/dev/null || true
        s6-svc -wd -T 36000 -d postgres 2>/dev/null || true
        s6-svscanctl -t . || true
        wait "$supervisor" 2>/dev/null || true
    fi
    rm -f "$DATA/run/pid"
    note "stopped"
    exit "${1:-0}"
}
