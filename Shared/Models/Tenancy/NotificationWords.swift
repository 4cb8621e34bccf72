/// What a person can be told of.
package enum NotificationEvent: String, Codable, CaseIterable, Sendable, Hashable {
    case callMissed = "call.missed"
    case callAnalysed = "call.analysed"
    case callProcessingFailed = "call.processing_failed"
    case leadAssigned = "lead.assigned"
    case mentioned = "comment.mentioned"
    case chatMessage = "chat.message"
    case appointmentBooked = "appointment.booked"
    case appointmentChanged = "appointment.changed"
    case appointmentReminder = "appointment.reminder"
    case integrationFailed = "integration.failed"
    case usageLimit = "usage.limit_reached"

    /// The ways in which it is told to those who have not said otherwise.
    package var standardChannels: [NotificationChannel] {
        switch self {
        case .callAnalysed, .chatMessage, .mentioned: [.inApp]
        case .callMissed, .callProcessingFailed, .leadAssigned, .appointmentBooked, .appointmentChanged,
            .appointmentReminder, .integrationFailed, .usageLimit:
            [.email, .inApp]
        }
    }
}

/// A way of telling somebody something.
package enum NotificationChannel: String, Codable, CaseIterable, Sendable, Hashable {
    case email, whatsapp, sms
    case inApp = "in_app"

    /// Whether it reaches the person by their phone number.
    package var needsPhone: Bool {
        switch self {
        case .whatsapp, .sms: true
        case .email, .inApp: false
        }
    }
}
