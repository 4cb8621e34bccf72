# shellcheck shell=bash
# The development certificate: an authority of this suite alone in DATA/tls, made once, and in DATA/tls/certificates what it signs for
# localhost and the host of BASE_URL with the names below them. Sourced after settings.sh.

# make_certificate: made anew when it nears its end or the names have changed. Nothing where TLS_CERTIFICATES names others.
make_certificate() {
    [ -z "${TLS_CERTIFICATES:-}" ] || return 0
    (
        umask 077
        mkdir -p "$DATA/tls/certificates"
        cd "$DATA/tls"
        make_authority
        sign_certificate "$(certificate_names)"
    )
}

# The gateway promises nobody https because of a certificate of this issuer, wherever it is installed.
make_authority() {
    if [ -f authority.crt ] && openssl x509 -in authority.crt -noout -checkend $((400 * 86400)) >/dev/null 2>&1; then return 0; fi
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout authority.key -out authority.new \
        -subj "/O=Switchboard development/CN=Switchboard development on $(uname -n | tr -c 'A-Za-z0-9.\n-' '-' | cut -c 1-30)" \
        -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    mv authority.new authority.crt
    rm -f names
}

# Clients take no wildcard right below a name of one label, such as *.localhost, so there each tenant is named.
certificate_names() {
    local host label names="DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1"
    host=${BASE_URL:-http://localhost}
    host=${host#*://}
    host=${host%%/*}
    case $host in
    \[*) host=localhost ;;
    *) host=${host%%:*} ;;
    esac
    for host in localhost "${host,,}"; do
        case $host in
        *[!a-z0-9.-]* | '') continue ;;
        *[!0-9.]*) ;;
        *) names+=",IP:$host"; continue ;;
        esac
        names+=",DNS:$host,DNS:*.$host"
        case $host in *.*) continue ;; esac
        while read -r label; do names+=",DNS:$label.$host"; done < <(printf '%s\n' admin app acme demo | cat - "$DATA/tls/tenants" 2>/dev/null | sort -u)
    done
    tr , '\n' <<<"$names" | awk '!seen[$0]++' | paste -sd,
}

sign_certificate() {
    if [ -f certificates/development.crt ] && [ "$(cat names 2>/dev/null)" = "$1" ] &&
        openssl x509 -in certificates/development.crt -noout -checkend $((30 * 86400)) >/dev/null 2>&1; then
        return 0
    fi
    printf 'subjectAltName=%s\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n' "$1" >extensions
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost 2>/dev/null
    # 397 days are the most that browsers accept.
    openssl x509 -req -in leaf.csr -CA authority.crt -CAkey authority.key -set_serial "0x$(openssl rand -hex 16)" -days 397 \
        -extfile extensions -out leaf.crt 2>/dev/null
    mv leaf.key certificates/development.key
    mv leaf.crt certificates/development.crt
    rm -f leaf.csr extensions
    printf '%s\n' "$1" >names
}

# note_tenants: keeps the names of tenants for the certificate; the database runs, and make_secrets has run.
note_tenants() {
    [ -z "${TLS_CERTIFICATES:-}" ] || return 0
    (
        umask 077
        mkdir -p "$DATA/tls"
        # More would make every handshake longer, and a suite of that size has a certificate of its own.
        admin_psql tenancy -At -c "SELECT subdomain FROM tenants WHERE status <> 'deleted' ORDER BY created_at LIMIT 200" >"$DATA/tls/tenants.new"
        mv "$DATA/tls/tenants.new" "$DATA/tls/tenants"
    )
}

# certificate_hint: what clients have to be told.
certificate_hint() {
    if [ -n "${TLS_CERTIFICATES:-}" ]; then
        printf 'certificates of %s' "$TLS_CERTIFICATES"
    else
        printf 'curl --cacert %s' "$DATA/tls/authority.crt"
    fi
}
