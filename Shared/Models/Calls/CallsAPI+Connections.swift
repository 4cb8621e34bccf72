package import JSON

extension CallsAPI {
    /// How a connection does.
    package struct ConnectionState: Codable, Sendable {
        package var connectionID: ConnectionID
        package var provider: String
        package var lastHookAt: Timestamp?
        package var lastSuccessAt: Timestamp?
        package var lastErrorAt: Timestamp?
        package var lastErrorCode: String?
        package var lastErrorDetail: String?
        /// Errors since the last success.
        package var failures: Int
        /// `credentials` or `silence`, since it was told; null while all is well.
        package var alert: String?
        package var alertedAt: Timestamp?
        /// When a made-up hook was tried last.
        package var lastTestedAt: Timestamp?
        /// Why it was not understood; null when it was.
        package var lastTestFault: String?
        /// Hours of the week, from Monday 00:00 UTC, in which it usually speaks.
        package var usualHours: [Int]
        /// How many records of its payloads cannot be read, of those that are kept.
        package var rejectedRecords: Int

        package init(
            connectionID: ConnectionID, provider: String, lastHookAt: Timestamp?, lastSuccessAt: Timestamp?,
            lastErrorAt: Timestamp?, lastErrorCode: String?, lastErrorDetail: String?, failures: Int, alert: String?,
            alertedAt: Timestamp?, lastTestedAt: Timestamp?, lastTestFault: String?, usualHours: [Int],
            rejectedRecords: Int
        ) {
            self.connectionID = connectionID
            self.provider = provider
            self.lastHookAt = lastHookAt
            self.lastSuccessAt = lastSuccessAt
            self.lastErrorAt = lastErrorAt
            self.lastErrorCode = lastErrorCode
            self.lastErrorDetail = lastErrorDetail
            self.failures = failures
            self.alert = alert
            self.alertedAt = alertedAt
            self.lastTestedAt = lastTestedAt
            self.lastTestFault = lastTestFault
            self.usualHours = usualHours
            self.rejectedRecords = rejectedRecords
        }
    }

    /// A record of a payload that cannot be read; the others of its payload were.
    package struct RejectedRecord: Codable, Sendable {
        package var id: RejectedRecordID
        /// The payload that it came in, by which records of one delivery are known.
        package var payloadID: HookID
        /// Its place in the payload, from 1.
        package var position: Int
        /// The record as it came, cut where it is very long.
        package var record: String
        package var reason: String
        package var receivedAt: Timestamp

        package init(
            id: RejectedRecordID, payloadID: HookID, position: Int, record: String, reason: String,
            receivedAt: Timestamp
        ) {
            self.id = id
            self.payloadID = payloadID
            self.position = position
            self.record = record
            self.reason = reason
            self.receivedAt = receivedAt
        }
    }

    /// The states of all connections that have ever spoken or been asked.
    package struct ConnectionStates: Codable, Sendable {
        package var data: [ConnectionState]

        package init(data: [ConnectionState]) { self.data = data }
    }

    /// What trying a connection has shown.
    package struct ConnectionCheck: Codable, Sendable {
        package var isWorking: Bool
        /// `credentials`, `limited`, `unavailable`, `missing`, `invalid` or `refused`.
        package var code: String?
        package var detail: String?
        package var checkedAt: Timestamp

        package init(isWorking: Bool, code: String?, detail: String?, checkedAt: Timestamp) {
            self.isWorking = isWorking
            self.code = code
            self.detail = detail
            self.checkedAt = checkedAt
        }
    }

    /// What a made-up hook of a connection was understood as; no call was made of it.
    package struct HookTest: Codable, Sendable {
        /// A call that the hook tells of.
        package struct Understood: Codable, Sendable {
            package var externalID: String
            package var direction: Direction
            package var from: Party
            package var to: Party
            package var status: Status
            package var startedAt: Timestamp

            package init(
                externalID: String, direction: Direction, from: Party, to: Party, status: Status, startedAt: Timestamp
            ) {
                self.externalID = externalID
                self.direction = direction
                self.from = from
                self.to = to
                self.status = status
                self.startedAt = startedAt
            }
        }

        package var isVerified: Bool
        package var body: String
        package var calls: [Understood]
        /// Why nothing was understood; null when all is well.
        package var fault: String?

        package init(isVerified: Bool, body: String, calls: [Understood], fault: String? = nil) {
            self.isVerified = isVerified
            self.body = body
            self.calls = calls
            self.fault = fault
        }
    }

    /// What to do in the phone system, step by step.
    package struct ConnectionInstructions: Codable, Sendable {
        package var provider: String
        package var hookURL: String
        package var steps: [String]

        package init(provider: String, hookURL: String, steps: [String]) {
            self.provider = provider
            self.hookURL = hookURL
            self.steps = steps
        }
    }

    /// `POST /api/v1/calls/connections/{id}/replays`.
    package struct ReplayHooks: Codable, Sendable, Noted {
        package var fromDate: LocalDate
        package var toDate: LocalDate?

        package static var notes: [Note] {
            [
                .of(CodingKeys.fromDate, "The first day, in the tenant's time zone."),
                .of(CodingKeys.toDate, "The last day; the first when left out. Payloads are kept for 90 days."),
            ]
        }
    }

    /// How many payloads are read again.
    package struct Replay: Codable, Sendable {
        package var payloads: Int

        package init(payloads: Int) { self.payloads = payloads }
    }

    /// What the provider of a call has said of it.
    package struct ProviderAccount: Codable, Sendable {
        /// What the provider made of the conversation.
        package struct Segment: Codable, Sendable {
            package var speaker: Speaker
            package var startSeconds: Double
            package var endSeconds: Double
            package var text: String

            package init(speaker: Speaker, startSeconds: Double, endSeconds: Double, text: String) {
                self.speaker = speaker
                self.startSeconds = startSeconds
                self.endSeconds = endSeconds
                self.text = text
            }
        }

        package var callID: CallID
        package var connectionID: ConnectionID
        package var externalID: String
        /// Whether it was there already, and the provider was not asked.
        package var cached: Bool
        /// When the provider was last asked.
        package var fetchedAt: Timestamp?
        package var callStatus: Status
        package var providerStatus: String?
        package var startedAt: Timestamp
        package var endedAt: Timestamp?
        package var durationSeconds: Int?
        package var recordingURL: String?
        package var summary: String?
        package var transcript: [Segment]?
        package var metadata: JSONText

        package init(
            callID: CallID, connectionID: ConnectionID, externalID: String, cached: Bool, fetchedAt: Timestamp?,
            callStatus: Status, providerStatus: String?, startedAt: Timestamp, endedAt: Timestamp?,
            durationSeconds: Int?, recordingURL: String?, summary: String?, transcript: [Segment]?, metadata: JSONText
        ) {
            self.callID = callID
            self.connectionID = connectionID
            self.externalID = externalID
            self.cached = cached
            self.fetchedAt = fetchedAt
            self.callStatus = callStatus
            self.providerStatus = providerStatus
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.durationSeconds = durationSeconds
            self.recordingURL = recordingURL
            self.summary = summary
            self.transcript = transcript
            self.metadata = metadata
        }
    }
}
