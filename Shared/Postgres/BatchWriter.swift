import CLibpq
import Models

/// What comes before the caller's statements in the same round trip.
enum BatchOpening {
    case none
    /// Sets the tenant until the Sync.
    case tenant(TenantID)
    case begin
    /// Begins a transaction and sets the tenant until its end.
    case beginTenant(TenantID)
}

/// One command that the server will answer, in order.
enum BatchCommand {
    case opening
    case prepare(StatementKey, index: Int)
    case deallocate
    case statement(index: Int)
    case sync
}

/// Which of the statements that open batches a session knows.
struct PreparedOpenings {
    var hasTenant = false
    var hasOrigin = false
}

/// Puts the commands of one batch into libpq's buffer and keeps count of them.
struct BatchWriter {
    private static let tenantStatement = "tenant"
    private static let originStatement = "origin"

    let pointer: OpaquePointer
    private(set) var commands: [BatchCommand] = []
    /// False after libpq has refused a command: the connection is then of no use.
    private(set) var isComplete = true

    init(_ pointer: OpaquePointer, statements: Int) {
        self.pointer = pointer
        commands.reserveCapacity(statements * 2 + 3)
    }

    mutating func open(_ opening: BatchOpening, _ prepared: inout PreparedOpenings) {
        switch opening {
        case .none:
            break
        case .tenant(let tenant):
            set(tenant, &prepared)
        case .begin:
            plain("BEGIN", .opening)
        case .beginTenant(let tenant):
            plain("BEGIN", .opening)
            set(tenant, &prepared)
        }
    }

    private mutating func set(_ tenant: TenantID, _ prepared: inout PreparedOpenings) {
        prepare(Self.tenantStatement, "SELECT set_config('app.tenant_id', $1, true)", &prepared.hasTenant)
        execute(Self.tenantStatement, tenant.description)
        // What triggers note of the changes of an audited request.
        guard let origin = InternalAPI.DeedOrigin.text else { return }
        prepare(Self.originStatement, "SELECT set_config('app.origin', $1, true)", &prepared.hasOrigin)
        execute(Self.originStatement, origin)
    }

    private mutating func prepare(_ name: String, _ text: String, _ isPrepared: inout Bool) {
        guard !isPrepared else { return }
        isPrepared = true
        add(.opening, PQsendPrepare(pointer, name, text, 0, nil))
    }

    /// Runs a prepared statement of one parameter.
    private mutating func execute(_ name: String, _ parameter: String) {
        let status = parameter.withCString { value in
            withUnsafePointer(to: UnsafePointer<CChar>?.some(value)) { values in
                PQsendQueryPrepared(pointer, name, 1, values, nil, nil, 1)
            }
        }
        add(.opening, status)
    }

    mutating func add(_ statement: SQL, index: Int, cache: inout StatementCache) {
        let key = statement.key
        let name: String
        switch cache.use(key) {
        case .prepared(let prepared):
            name = prepared
        case .absent(let absent, let evicted):
            name = absent
            if let evicted { plain("DEALLOCATE \(evicted)", .deallocate) }
            let types = key.types.map(\.oid)
            let status = PQsendPrepare(pointer, name, statement.text, Int32(types.count), types)
            add(.prepare(key, index: index), status)
        }
        let status = statement.parameters.withPointers { values, lengths, formats, count in
            PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1)
        }
        add(.statement(index: index), status)
    }

    mutating func sync() { add(.sync, PQpipelineSync(pointer)) }

    private mutating func plain(_ text: String, _ command: BatchCommand) {
        add(command, PQsendQueryParams(pointer, text, 0, nil, nil, nil, nil, 1))
    }

    private mutating func add(_ command: BatchCommand, _ status: Int32) {
        commands.append(command)
        if status != 1 { isComplete = false }
    }
}

extension ParameterWriter {
    /// Calls with the arrays that libpq wants, valid during the call; every value is binary.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?, Int32) -> Result
    ) -> Result {
        let count = entries.count
        guard count > 0 else { return body(nil, nil, nil, 0) }
        return bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                    // An empty value needs some address too: a null pointer is SQL's null.
                    let start = bytes.baseAddress ?? UnsafeRawPointer(numbers.baseAddress)
                    for (index, entry) in entries.enumerated() {
                        let isNull = entry.length < 0
                        let address = start?.advanced(by: entry.offset).assumingMemoryBound(to: CChar.self)
                        values.initializeElement(at: index, to: isNull ? nil : address)
                        numbers.initializeElement(at: index, to: Int32(max(0, entry.length)))
                        numbers.initializeElement(at: count + index, to: 1)
                    }
                    return body(
                        UnsafePointer(values.baseAddress), UnsafePointer(numbers.baseAddress),
                        UnsafePointer(numbers.baseAddress?.advanced(by: count)), Int32(count))
                }
            }
        }
    }
}
