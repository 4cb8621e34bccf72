import Foundation
import JSON

/// Measures the coders against Foundation's and against a writer by hand.
///
/// Without arguments: medians and ratios. With the name of a case and a number: that case so often and nothing else, so
/// that callgrind can count its instructions (the difference of two numbers leaves out the start).
@main
struct BenchJSON {
    struct Case {
        let name: String
        let against: String
        let run: () throws -> Int
    }

    static func main() throws {
        let cases = try cases()
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let times = Int(arguments[2]) else { return try compare(cases) }
        guard let chosen = cases.first(where: { $0.name == arguments[1] }) else {
            print("cases: \(cases.map(\.name).joined(separator: " "))")
            return
        }
        var total = 0
        for _ in 0..<times { total &+= try chosen.run() }
        print(total)
    }

    private static func cases() throws -> [Case] {
        let page = Page(data: (1...20).map(Row.sample), page: 1, limit: 20, total: 4711)
        let order = try JSON.encode(Order.sample())
        let rows = try JSON.encode((1...100).map(Row.sample))
        let (orderData, rowsData) = (Data(order), Data(rows))
        let plain = JSONEncoder()
        // Foundation would read tenant_id as tenantId: it is measured with the names as Swift has them.
        let plainOrder = try plain.encode(Order.sample())
        let plainRows = try plain.encode((1...100).map(Row.sample))
        let plainDecoder = JSONDecoder()
        let agrees = try HandWriter.write(page) == JSON.encode(page)
        precondition(agrees, "the two writers disagree")
        print("page \(try JSON.encode(page).count) B, order \(orderData.count) B, rows \(rowsData.count) B")
        return [
            Case(name: "encode-own", against: "encode-foundation") { try JSON.encode(page).count },
            Case(name: "encode-hand", against: "encode-foundation") { HandWriter.write(page).count },
            Case(name: "encode-foundation", against: "encode-foundation") { try plain.encode(page).count },
            Case(name: "order-own", against: "order-foundation") {
                try JSON.decode(Order.self, from: order).items.count
            },
            Case(name: "order-foundation", against: "order-foundation") {
                try plainDecoder.decode(Order.self, from: plainOrder).items.count
            },
            Case(name: "rows-own", against: "rows-foundation") { try JSON.decode([Row].self, from: rows).count },
            Case(name: "rows-foundation", against: "rows-foundation") {
                try plainDecoder.decode([Row].self, from: plainRows).count
            },
        ]
    }

    /// Runs the cases in turn, so that a noisy minute touches all of them.
    private static func compare(_ cases: [Case]) throws {
        var times: [String: [Double]] = [:]
        for _ in 0..<9 {
            for one in cases {
                let clock = ContinuousClock()
                let elapsed = try clock.measure { for _ in 0..<100 { _ = try one.run() } }
                times[one.name, default: []].append(elapsed / .microseconds(100))
            }
        }
        let medians = times.mapValues { $0.sorted()[$0.count / 2] }
        for one in cases {
            let (own, other) = (medians[one.name] ?? 0, medians[one.against] ?? 1)
            print(one.name, String(format: "%.1f us, %.3f of %@", own, own / other, one.against))
        }
    }
}
