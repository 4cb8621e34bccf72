import Models

/// What a call can come to.
struct Disposition: Sendable, Hashable {
    /// More make no list that anybody chooses from.
    static let most = 200

    var id: DispositionID
    var preset: String?
    var name: String
    var category: DispositionCategory
    var position: Int
    var version: Int64
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var retiredAt: Timestamp?

    var wire: CallsAPI.Disposition {
        CallsAPI.Disposition(
            id: id, preset: preset, name: name, category: category, position: position, version: version,
            createdAt: createdAt, updatedAt: updatedAt, retiredAt: retiredAt)
    }

    /// What every tenant begins with, in this order; each stays what it is under whatever name.
    static let presets: [(preset: String, name: String, category: DispositionCategory)] = [
        ("connected_interested", "Connected - Interested", .connected),
        ("connected_not_interested", "Connected - Not Interested", .connected),
        ("callback_requested", "Callback Requested", .scheduled),
        ("appointment_booked", "Appointment Booked", .scheduled),
        ("voicemail", "Voicemail", .notConnected),
        ("no_answer", "No Answer", .notConnected),
        ("wrong_number", "Wrong Number", .notConnected),
        ("do_not_call", "Do Not Call", .doNotCall),
    ]
}

/// What one call came to.
struct CallOutcome: Sendable, Hashable {
    var disposition: Disposition
    var note: String?
    var setAt: Timestamp
    var setBy: UserID?

    var wire: CallsAPI.CallDisposition {
        CallsAPI.CallDisposition(
            id: disposition.id, name: disposition.name, category: disposition.category, note: note, setAt: setAt,
            setBy: setBy)
    }
}
