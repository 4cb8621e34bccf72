import IO
import Models
import Synchronization
import TestSupport

/// A block of ports as `PORT` lays it out, all of them free a moment ago.
struct SuitePorts: Sendable {
    let gateway: Int

    /// Below the range that the system gives out by itself.
    private static let range = 20_000..<30_000
    private static let tlsOffset = 363
    /// Ports of this process's suites: many start at once, and none listens for some seconds.
    private static let promised = Mutex<Set<Int>>([])

    /// Looks for a block that nobody uses, and keeps other suites of this process off it.
    static func probe() throws -> SuitePorts {
        for _ in 0..<100 {
            let ports = SuitePorts(gateway: Int.random(in: range))
            let isOurs = promised.withLock { promised in
                guard promised.isDisjoint(with: ports.all) else { return false }
                promised.formUnion(ports.all)
                return true
            }
            if isOurs, ports.all.allSatisfy(isFree) { return ports }
        }
        throw ProgramError("no free block of ports")
    }

    func service(_ name: ServiceName) -> Int { gateway + name.portOffset }

    func `internal`(_ name: ServiceName) -> Int { service(name) + 100 }

    func `operator`(_ name: ServiceName) -> Int { service(name) + 1000 }

    private var all: [Int] {
        [gateway + Self.tlsOffset]
            + ServiceName.allCases.flatMap { [service($0), self.internal($0), self.operator($0)] }
    }

    private static func isFree(_ port: Int) -> Bool {
        do {
            _ = try ListeningSocket.bind(host: "127.0.0.1", port: port)
            return true
        } catch {
            return false
        }
    }
}
