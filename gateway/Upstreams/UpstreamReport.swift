import JSON
import Models
import Synchronization

/// What one loop knows of one copy.
struct CopyReport: Sendable {
    let address: String
    let state: String
    let since: Timestamp
    var inFlight: Int
    var minute: CopyTally.Minute
}

/// What one loop knows of one service.
struct ServiceReport: Sendable {
    let name: ServiceName
    var hasBeenReady: Bool
    var copies: [CopyReport]

    /// Another loop's numbers are added, and its copies; of what differs the first loop's word counts.
    mutating func add(_ other: ServiceReport) {
        hasBeenReady = hasBeenReady || other.hasBeenReady
        for copy in other.copies {
            guard let index = copies.firstIndex(where: { $0.address == copy.address }) else {
                copies.append(copy)
                continue
            }
            copies[index].inFlight += copy.inFlight
            copies[index].minute.add(copy.minute)
        }
    }
}

/// What all loops know of the copies, for the status page; any loop.
final class UpstreamBoard: Sendable {
    private let reports = Mutex<[Int: [ServiceReport]]>([:])

    init() {}

    /// Puts up what a loop knows now.
    func post(_ report: [ServiceReport], ofLoop index: Int) { reports.withLock { $0[index] = report } }

    /// The page: each service with its copies.
    var document: JSONText {
        let posted = reports.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
        guard var sum = posted.first else { return .emptyObject }
        for report in posted.dropFirst() {
            for index in sum.indices where report.indices.contains(index) { sum[index].add(report[index]) }
        }
        let page = Dictionary(uniqueKeysWithValues: sum.map { ($0.name.rawValue, ServiceStatus($0)) })
        do { return try JSONText(encoding: page) } catch { return .emptyObject }
    }
}

/// One service on the status page.
struct ServiceStatus: Codable, Sendable {
    struct Copy: Codable, Sendable {
        var address: String
        /// ready, untried, silent, not_ready, ejected, on_trial or leaving.
        var state: String
        /// When the state began.
        var since: Timestamp
        var inFlight: Int
        /// Of the last minute.
        var requestsPerSecond: Double
        var failureShare: Double
        var latencyMilliseconds: Latency
    }

    struct Latency: Codable, Sendable {
        var p50: Double?
        var p95: Double?
        var p99: Double?
    }

    /// Whether one of the copies is.
    var isReady: Bool
    var hasBeenReady: Bool
    var copies: [Copy]

    init(_ report: ServiceReport) {
        isReady = report.copies.contains { $0.state == "ready" }
        hasBeenReady = report.hasBeenReady
        copies = report.copies.map { copy in
            let minute = copy.minute
            return Copy(
                address: copy.address, state: copy.state, since: copy.since, inFlight: copy.inFlight,
                requestsPerSecond: Double(minute.requests) / max(1, minute.seconds),
                failureShare: minute.requests == 0 ? 0 : Double(minute.failures) / Double(minute.requests),
                latencyMilliseconds: Latency(
                    p50: minute.latencies.milliseconds(of: 0.5), p95: minute.latencies.milliseconds(of: 0.95),
                    p99: minute.latencies.milliseconds(of: 0.99)))
        }
    }
}
