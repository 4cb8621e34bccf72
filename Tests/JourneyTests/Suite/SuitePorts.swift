import IO
import Models
import TestSupport

/// A block of ports as `PORT` lays it out, all of them free a moment ago.
struct SuitePorts: Sendable {
    let gateway: Int

    /// Below the range that the system gives out by itself.
    private static let range = 20_000..<30_000

    /// Looks for a block that nobody uses.
    static func probe() throws -> SuitePorts {
        for _ in 0..<100 {
            let ports = SuitePorts(gateway: Int.random(in: range))
            if ports.all.allSatisfy(isFree) { return ports }
        }
        throw ProgramError("no free block of ports")
    }

    func service(_ name: ServiceName) -> Int { gateway + name.portOffset }

    func `internal`(_ name: ServiceName) -> Int { service(name) + 100 }

    func `operator`(_ name: ServiceName) -> Int { service(name) + 1000 }

    private var all: [Int] {
        ServiceName.allCases.flatMap { [service($0), self.internal($0), self.operator($0)] }
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
