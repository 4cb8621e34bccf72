package import JSON

/// A fact that one service tells the others, delivered at least once and in order per subject.
///
/// `sequence` grows by one per subject. `data` holds ids and facts: no transcripts, bodies, tokens or secrets.
package struct EventEnvelope: Codable, Sendable {
    package var id: EventID
    package var type: EventType
    package var version: Int
    package var tenantID: TenantID
    /// `call/<id>` and the like.
    package var subject: String
    package var sequence: Int64
    package var occurredAt: Timestamp
    package var traceparent: String?
    package var data: JSONText

    package init(
        id: EventID, type: EventType, version: Int = 1, tenantID: TenantID, subject: String, sequence: Int64,
        occurredAt: Timestamp, traceparent: String?, data: JSONText
    ) {
        self.id = id
        self.type = type
        self.version = version
        self.tenantID = tenantID
        self.subject = subject
        self.sequence = sequence
        self.occurredAt = occurredAt
        self.traceparent = traceparent
        self.data = data
    }
}

/// The kinds of event; another meaning is another kind.
package enum EventType: String, Codable, CaseIterable, Sendable {
    case callCreated = "call.created"
    case callUpdated = "call.updated"
    /// Somebody took the call up.
    case callAnswered = "call.answered"
    case callEnded = "call.ended"
    /// Somebody called in and reached nobody.
    case callMissed = "call.missed"
    /// A connection's credentials do not work, or it has fallen silent: told once.
    case connectionFailed = "connection.failed"
    case connectionRecovered = "connection.recovered"
    case callDeleted = "call.deleted"
    case callRestored = "call.restored"
    case recordingStored = "call.recording_stored"
    case callTranscribed = "call.transcribed"
    case callAnalysed = "call.analysed"
    case callProcessingFailed = "call.processing_failed"
    /// Somebody calls in; the data name whose phone rings, if it is one person's.
    case callRinging = "call.ringing"
    /// An unanswered call is to be repeated now.
    case callRetryDue = "call.retry_due"
    /// Somebody said what the call came to, or took it back.
    case callDispositionSet = "call.disposition_set"
    /// Somebody has said yes or no to being contacted.
    case consentChanged = "consent.changed"
    /// Somebody has written to a tenant.
    case messageReceived = "message.received"
    /// A letter of the suite was refused for good, or given up; told to whoever had it sent.
    case mailUndelivered = "mail.undelivered"
    /// An engine was used for a stage of a call; what of it is charged is for billing to say.
    case callUsageRecorded = "call.usage_recorded"
    /// Somebody was named in a note or a comment.
    case callMentioned = "call.mentioned"
    /// Calls were taken out as a file; the data say how many and by whom.
    case callsExported = "calls.exported"
    /// A report is to be mailed; the data hold its figures.
    case reportDue = "report.due"
    case tenantCreated = "tenant.created"
    case tenantSuspended = "tenant.suspended"
    case tenantResumed = "tenant.resumed"
    case erasureRequested = "erasure.requested"
    case erasureDone = "erasure.done"
    /// Somebody has taken something out: a download or an export, for the audit log.
    case dataTaken = "data.taken"
    /// Somebody has changed how a service works for the tenant, for the audit log.
    case deedDone = "deed.done"
    case userCreated = "user.created"
    case userUpdated = "user.updated"
    /// The person can no longer sign in; the data name who takes over.
    case userDeactivated = "user.deactivated"
    case userReactivated = "user.reactivated"
    case userDeleted = "user.deleted"

    /// Who publishes to whom.
    package struct Subscription: Sendable {
        package let publisher: ServiceName
        package let subscriber: ServiceName
        package let types: [EventType]
    }

    /// The one table of subscriptions; the outbox delivers by it and the service grants follow from it.
    package static let subscriptions: [Subscription] = facts + people + takings + erasures

    /// Every service with rows of tenants is asked to erase, and answers.
    private static let erasures: [Subscription] = [ServiceName.calls, .sessions, .messaging, .calendar, .billing]
        .flatMap {
            [
                Subscription(publisher: .tenancy, subscriber: $0, types: [.erasureRequested]),
                Subscription(publisher: $0, subscriber: .tenancy, types: [.erasureDone]),
            ]
        }

    private static let facts: [Subscription] = [
        Subscription(
            publisher: .calls, subscriber: .messaging,
            types: [
                .callCreated, .callUpdated, .recordingStored, .callTranscribed, .callAnalysed, .callProcessingFailed,
                .callDispositionSet, .callRinging, .callAnswered, .callEnded, .callMissed, .callRetryDue,
                .connectionFailed, .connectionRecovered, .callMentioned, .callsExported, .reportDue,
            ]),
        Subscription(
            publisher: .calls, subscriber: .sessions,
            types: [.callDispositionSet, .callAnswered, .callEnded, .callMissed]),
        Subscription(publisher: .calls, subscriber: .sessions, types: [.consentChanged]),
        Subscription(publisher: .calls, subscriber: .messaging, types: [.consentChanged]),
        Subscription(publisher: .calls, subscriber: .calendar, types: [.consentChanged]),
        Subscription(publisher: .messaging, subscriber: .calls, types: [.messageReceived]),
        Subscription(publisher: .messaging, subscriber: .tenancy, types: [.mailUndelivered]),
        Subscription(
            publisher: .calls, subscriber: .billing,
            types: [.recordingStored, .callTranscribed, .callAnalysed, .callUsageRecorded]),
        Subscription(
            publisher: .tenancy, subscriber: .billing, types: [.tenantCreated, .tenantSuspended, .tenantResumed]),
        Subscription(
            publisher: .tenancy, subscriber: .calls,
            types: [.userCreated, .userUpdated, .userDeactivated, .userReactivated, .userDeleted]),
    ]

    /// Who lets data out and has settings of its own, for the one audit log.
    private static let takings: [Subscription] = [ServiceName.calls].map {
        Subscription(publisher: $0, subscriber: .tenancy, types: [.dataTaken, .deedDone])
    }

    /// Who keeps people in mind, to give them work or to write to them.
    private static let people: [Subscription] = [ServiceName.sessions, .messaging, .calendar].map {
        Subscription(
            publisher: .tenancy, subscriber: $0,
            types: [.userCreated, .userUpdated, .userDeactivated, .userReactivated, .userDeleted])
    }
}
