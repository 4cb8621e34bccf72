import Models

/// A call as both carriers write it.
struct CarrierCallAnswer: Codable {
    var sid: String
    var status: String?
    var dateCreated: String?
    var parentCallSid: String?
    var answeredBy: String?

    var call: CarrierCall {
        CarrierCall(
            id: sid, status: status.flatMap(CarrierCallStatus.init(rawValue:)),
            createdAt: dateCreated.flatMap(MailDate.instant), hasParent: !(parentCallSid ?? "").isEmpty,
            answeredBy: answeredBy)
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
