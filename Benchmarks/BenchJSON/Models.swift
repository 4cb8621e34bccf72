import FoundationEssentials
import JSON

enum Kind: String, Codable, CaseIterable { case standard, express, internationalFreight = "international_freight" }

/// A row of a list as our answers have them: 12 fields.
struct Row: Codable {
    var id: UUID
    var tenantID: UUID
    var kind: Kind
    var title: String
    var summary: String
    var email: String?
    var createdAt: Int64
    var updatedAt: Int64
    var deletedAt: Int64?
    var quantity: Int
    var amountMinor: Int64
    var isActive: Bool

    static func sample(_ number: Int) -> Row {
        Row(
            id: UUID(), tenantID: UUID(), kind: Kind.allCases[number % 3], title: "Quarterly review no. \(number)",
            summary: "Spoke about the renewal, the \"blue\" package and what comes next; call again on Monday.",
            email: number % 2 == 0 ? "someone.\(number)@example.com" : nil,
            createdAt: 1_767_225_600_000 + Int64(number),
            updatedAt: 1_767_225_700_000, deletedAt: nil, quantity: number * 7, amountMinor: 129_900,
            isActive: number % 3 != 0)
    }
}

struct Page: Codable {
    var data: [Row]
    var page: Int
    var limit: Int
    var total: Int
}

struct Address: Codable {
    var line1: String
    var line2: String?
    var city: String
    var postalCode: String
    var country: String
}

struct Item: Codable {
    var id: UUID
    var name: String
    var quantity: Int
    var unitPrice: Double
    var isGift: Bool
}

/// A nested body of about 2 kB.
struct Order: Codable {
    var id: UUID
    var customerID: UUID
    var kind: Kind
    var billing: Address
    var shipping: Address?
    var items: [Item]
    var labels: [String]
    var counts: [String: Int]

    static func sample() -> Order {
        let address = Address(
            line1: "1 Long Street Name", line2: nil, city: "Zürich", postalCode: "8001", country: "CH")
        let items = (0..<12).map {
            Item(id: UUID(), name: "Article no. \($0)", quantity: $0 + 1, unitPrice: 12.25, isGift: $0 % 2 == 0)
        }
        return Order(
            id: UUID(), customerID: UUID(), kind: .express, billing: address, shipping: address, items: items,
            labels: ["first", "second", "third"], counts: ["a": 1, "b": 2, "c": 3])
    }
}
