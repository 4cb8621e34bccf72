import Crypto
import FoundationEssentials
import Models
import Postgres

/// The inbox's tables, as intake, workers and the operator use them.
struct InboxStore: Sendable {
    /// What workers listen to.
    static let channel = "inbox"

    let database: Database
    let settings: InboxSettings

    /// Writes hooks of any tenants in one transaction; returns the tenants that have no room for more.
    ///
    /// A hook that is waiting or was delivered is not written again. One that was refused or parked is: its connection's
    /// secret may have been mended since. Of a hook that is here twice the caller gives one.
    func add(_ hooks: [ReceivedHook]) async throws -> Set<TenantID> {
        let tenants = Dictionary(grouping: hooks, by: \.tenant).sorted { $0.key < $1.key }
        guard let first = tenants.first else { return [] }
        let statements = tenants.flatMap { tenant, hooks in [room(for: tenant), insert(hooks, of: tenant)] }
        // One batch is one transaction; each tenant's wall is set before its rows.
        let results = try await database.tenant(first.key).within(settings.intakeDeadline).batch(statements)
        database.notify(Self.channel)
        var full: Set<TenantID> = []
        for (index, tenant) in tenants.enumerated() {
            let row = results[2 * index].rows.first
            if try row?.decode(0, as: String.self) != "true" { full.insert(tenant.key) }
        }
        return full
    }

    /// Sets the tenant for what follows in the transaction, and whether it has room.
    private func room(for tenant: TenantID) -> SQL {
        """
        SELECT set_config('app.inbox_has_room', (
            coalesce(sum(waiting_hooks), 0) < \(settings.waitingHooks)
            AND coalesce(sum(waiting_bytes), 0) < \(settings.waitingBytes))::text, true),
            set_config('app.tenant_id', \(tenant.description), true)
        FROM inbox_lanes WHERE tenant_id = \(tenant)
        """
    }

    private func insert(_ hooks: [ReceivedHook], of tenant: TenantID) -> SQL {
        let given = IntakeColumns(hooks)
        return """
            WITH given AS MATERIALIZED (
                SELECT id, connection_id, service, provider, received_at, event_key, proof, method, target, scheme, host,
                    client_address, place, substring(bytes FROM begins FOR header_length) AS headers,
                    substring(bytes FROM begins + header_length FOR body_length) AS body,
                    header_length + body_length + octet_length(target) AS size_bytes
                FROM (
                    SELECT *, decode(event_hex, 'hex') AS event_key, decode(proof_hex, 'hex') AS proof FROM unnest(
                        \(given.ids), \(given.connections), \(given.services), \(given.providers), \(given.received),
                        \(given.eventKeys), \(given.proofs), \(given.methods), \(given.targets), \(given.schemes),
                        \(given.hosts), \(given.addresses), \(given.begins), \(given.headerLengths),
                        \(given.bodyLengths)
                    ) WITH ORDINALITY AS hook (id, connection_id, service, provider, received_at, event_hex, proof_hex,
                        method, target, scheme, host, client_address, begins, header_length, body_length, place)
                ) AS columns, (SELECT \(given.bytes) AS bytes) AS whole
            ), taken AS (
                INSERT INTO inbox AS known
                    (tenant_id, id, service, provider, connection_id, received_at, size_bytes, event_key, proof)
                SELECT \(tenant), id, service, provider, connection_id, received_at, size_bytes, event_key, proof
                FROM given
                WHERE current_setting('app.inbox_has_room') = 'true' AND NOT EXISTS (
                    SELECT FROM inbox AS earlier
                    WHERE earlier.tenant_id = \(tenant) AND earlier.connection_id = given.connection_id
                        AND earlier.event_key = given.event_key AND earlier.state = 'delivered')
                ORDER BY place
                ON CONFLICT ON CONSTRAINT inbox_proof_key DO UPDATE
                    SET state = 'waiting', attempts = 0, first_failed_at = NULL, settled_at = NULL
                    WHERE known.state IN ('refused', 'parked', 'erased')
                RETURNING id, service, connection_id, size_bytes, proof
            ), paid AS (
                INSERT INTO inbox_payloads AS known
                    (tenant_id, hook_id, method, target, scheme, host, client_address, headers, body)
                SELECT \(tenant), taken.id, method, target, scheme, host, client_address, headers, body
                FROM taken JOIN given USING (connection_id, proof)
                ON CONFLICT ON CONSTRAINT inbox_payloads_pkey DO NOTHING
            )
            INSERT INTO inbox_lanes AS lane
                (tenant_id, service, connection_id, waiting_hooks, waiting_bytes, due_at)
            SELECT \(tenant), service, connection_id, count(*), sum(size_bytes)::bigint, now()
            FROM taken GROUP BY service, connection_id ORDER BY service, connection_id
            ON CONFLICT ON CONSTRAINT inbox_lanes_pkey DO UPDATE
                SET waiting_hooks = lane.waiting_hooks + excluded.waiting_hooks,
                    waiting_bytes = lane.waiting_bytes + excluded.waiting_bytes,
                    due_at = coalesce(lane.due_at, excluded.due_at), used_at = now()
            """
    }
}

/// The columns of the hooks of one tenant; headers and bodies lie one behind the other in one value.
private struct IntakeColumns {
    var ids: [UUID] = []
    var connections: [UUID] = []
    var services: [String] = []
    var providers: [String] = []
    var received: [Timestamp] = []
    var eventKeys: [String] = []
    var proofs: [String] = []
    var methods: [String] = []
    var targets: [String] = []
    var schemes: [String] = []
    var hosts: [String] = []
    var addresses: [String] = []
    /// Counted from 1, as SQL does.
    var begins: [Int32] = []
    var headerLengths: [Int32] = []
    var bodyLengths: [Int32] = []
    var bytes: [UInt8] = []

    init(_ hooks: [ReceivedHook]) {
        bytes.reserveCapacity(hooks.reduce(0) { $0 + $1.content.headers.count + $1.content.body.count })
        for hook in hooks {
            ids.append(hook.id.uuid)
            connections.append(hook.address.connection.uuid)
            services.append(hook.address.service.rawValue)
            providers.append(String(hook.address.provider))
            received.append(hook.receivedAt)
            eventKeys.append(Hex.encode(hook.identity.eventKey))
            proofs.append(Hex.encode(hook.identity.proof))
            methods.append(hook.content.method)
            targets.append(hook.content.target)
            schemes.append(hook.content.scheme)
            hosts.append(hook.content.host)
            addresses.append(hook.content.clientAddress)
            begins.append(Int32(bytes.count + 1))
            headerLengths.append(Int32(hook.content.headers.count))
            bodyLengths.append(Int32(hook.content.body.count))
            bytes += hook.content.headers
            bytes += hook.content.body
        }
    }
}
