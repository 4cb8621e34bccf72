/// An amount in the minor units of a currency (ISO 4217), such as cents.
package struct Money: Codable, Hashable, Sendable {
    package var amount: Int64
    package var currency: String

    package init(amount: Int64, currency: String) {
        self.amount = amount
        self.currency = currency
    }
}
