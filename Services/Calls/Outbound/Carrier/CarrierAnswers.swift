import JSON
import Models

/// A call as both carriers write it.
struct CarrierCallAnswer: Codable {
    var sid: String
    var status: String?
    var dateCreated: String?
    var parentCallSid: String?
    var answeredBy: String?
    /// Text at one, a number at the other; what is charged is negative at the first.
    var price: JSONText?
    var priceUnit: String?

    var call: CarrierCall {
        CarrierCall(
            id: sid, status: status.flatMap(CarrierCallStatus.init(rawValue:)),
            createdAt: dateCreated.flatMap(MailDate.instant), hasParent: !(parentCallSid ?? "").isEmpty,
            answeredBy: answeredBy, price: charge)
    }

    private var charge: CarrierPrice? {
        guard let price, let unit = priceUnit?.uppercased(), unit.utf8.count == 3 else { return nil }
        let text = String(decoding: price.bytes, as: UTF8.self).filter { $0 != "\"" }
        guard let amount = Double(text), amount.magnitude < 1_000_000 else { return nil }
        return CarrierPrice(micros: Int64((amount.magnitude * 1_000_000).rounded()), currency: unit)
    }
}

/// A page of calls; what is looked for is among the newest.
struct CarrierCallsAnswer: Codable {
    var calls: [CarrierCallAnswer]
}

/// A recording's id and state.
struct CarrierRecordingAnswer: Codable {
    var sid: String
}

/// A page of numbers.
struct CarrierNumbersAnswer: Codable {
    struct Row: Codable {
        var phoneNumber: String
        var friendlyName: String?
    }
    var incomingPhoneNumbers: [Row]

    var numbers: [CarrierNumber] {
        incomingPhoneNumbers.map { CarrierNumber(number: $0.phoneNumber, label: $0.friendlyName ?? "") }
    }
}
