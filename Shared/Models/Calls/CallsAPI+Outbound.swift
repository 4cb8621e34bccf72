package import JSON

/// Calls that are placed and steered here.
extension CallsAPI {
    /// Where callers go when a person does not take their call.
    package struct ForwardingRule: Codable, Sendable {
        package var when: ForwardingCondition
        /// A number in E.164.
        package var to: String

        package init(
            when: ForwardingCondition, to: String
        ) {
            self.when = when
            self.to = to
        }
    }

    /// How a person calls and is called.
    package struct VoiceSettings: Codable, Sendable {
        package var userID: UserID
        /// The carrier's connection over which calls are placed.
        package var connectionID: ConnectionID?
        /// The number that callees see, in E.164; one of the connection's own.
        package var callerID: String?
        /// Numbers whose callers reach this person.
        package var numbers: [String]
        package var mobileNumber: String?
        package var ring: RingOrder
        package var isAvailable: Bool
        package var autoRecord: Bool
        package var autoTranscribe: Bool
        package var voicemailEnabled: Bool
        package var voicemailGreeting: String?
        /// How long it rings before the caller goes on.
        package var ringSeconds: Int
        package var forwarding: [ForwardingRule]
        /// When the person agreed to the rules of calling in the United States.
        package var tcpaConsentAt: Timestamp?
        /// When the person agreed to being recorded at work.
        package var gdprConsentAt: Timestamp?
        /// Null while nothing was ever set.
        package var updatedAt: Timestamp?

        package init(
            userID: UserID, connectionID: ConnectionID?, callerID: String?, numbers: [String], mobileNumber: String?,
            ring: RingOrder, isAvailable: Bool, autoRecord: Bool, autoTranscribe: Bool, voicemailEnabled: Bool,
            voicemailGreeting: String?, ringSeconds: Int, forwarding: [ForwardingRule], tcpaConsentAt: Timestamp?,
            gdprConsentAt: Timestamp?, updatedAt: Timestamp?
        ) {
            self.userID = userID
            self.connectionID = connectionID
            self.callerID = callerID
            self.numbers = numbers
            self.mobileNumber = mobileNumber
            self.ring = ring
            self.isAvailable = isAvailable
            self.autoRecord = autoRecord
            self.autoTranscribe = autoTranscribe
            self.voicemailEnabled = voicemailEnabled
            self.voicemailGreeting = voicemailGreeting
            self.ringSeconds = ringSeconds
            self.forwarding = forwarding
            self.tcpaConsentAt = tcpaConsentAt
            self.gdprConsentAt = gdprConsentAt
            self.updatedAt = updatedAt
        }
    }

    /// `PATCH /api/v1/dialer/settings`: what is left out stays.
    package struct UpdateVoiceSettings: Codable, Sendable, Noted {
        package var connectionID: Patch<ConnectionID>
        package var callerID: Patch<String>
        package var numbers: [String]?
        package var mobileNumber: Patch<String>
        package var ring: RingOrder?
        package var isAvailable: Bool?
        package var autoRecord: Bool?
        package var autoTranscribe: Bool?
        package var voicemailEnabled: Bool?
        package var voicemailGreeting: Patch<String>
        package var ringSeconds: Int?
        package var forwarding: [ForwardingRule]?
        package var tcpaConsent: Bool?
        package var gdprConsent: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.callerID, "A number of the connection's account.", length: 3...32),
                .of(CodingKeys.numbers, "Numbers of the connection's account.", count: 0...20),
                .of(CodingKeys.mobileNumber, "A number on which the person is reached.", length: 3...32),
                .of(CodingKeys.voicemailGreeting, "What callers hear before they speak.", length: 1...500),
                .of(CodingKeys.ringSeconds, "How long it rings.", range: 5...120),
                .of(CodingKeys.forwarding, "At most one rule for each case.", count: 0...3),
                .of(CodingKeys.tcpaConsent, "True notes the moment, false takes it back."),
                .of(CodingKeys.gdprConsent, "True notes the moment, false takes it back."),
            ]
        }
    }

    /// What a browser shows the carrier to call and be called.
    package struct CallingToken: Codable, Sendable {
        package var token: String
        package var identity: String
        package var userID: UserID
        package var provider: String
        package var connectionID: ConnectionID
        package var expiresAt: Timestamp?

        package init(
            token: String, identity: String, userID: UserID, provider: String, connectionID: ConnectionID,
            expiresAt: Timestamp?
        ) {
            self.token = token
            self.identity = identity
            self.userID = userID
            self.provider = provider
            self.connectionID = connectionID
            self.expiresAt = expiresAt
        }
    }

    /// `POST /api/v1/calls/dial`.
    package struct Dial: Codable, Sendable, Noted {
        package var to: String
        package var purpose: ContactPurpose?
        package var ring: RingOrder?
        package var language: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.to, "The number to call, as it is dialled in the tenant's country.", length: 3...64),
                .of(CodingKeys.purpose, "Why; marketing unless it is said."),
                .of(CodingKeys.ring, "Which of one's phones rings first; the settings' unless it is said."),
                .of(
                    CodingKeys.language,
                    "What the callee speaks, BCP 47; that of the number's country unless it is said.", length: 2...35),
            ]
        }
    }

    /// One end of a call.
    package struct Participant: Codable, Sendable {
        package var id: ParticipantID
        package var role: ParticipantRole
        package var userID: UserID?
        /// A number in E.164, or `client:` and a person's id for a browser.
        package var address: String
        package var state: ParticipantState
        /// Why it is not in the call.
        package var reason: String?
        package var isMuted: Bool
        package var isOnHold: Bool
        package var joinedAt: Timestamp?
        package var leftAt: Timestamp?
        /// What the carrier has charged, in millionths of the currency's unit; null until it says, some time after the end.
        package var costMicros: Int64?
        package var costCurrency: String?
        package var durationSeconds: Int?

        package init(
            id: ParticipantID, role: ParticipantRole, userID: UserID?, address: String, state: ParticipantState,
            reason: String?, isMuted: Bool, isOnHold: Bool, joinedAt: Timestamp?, leftAt: Timestamp?,
            costMicros: Int64?, costCurrency: String?, durationSeconds: Int?
        ) {
            self.id = id
            self.role = role
            self.userID = userID
            self.address = address
            self.state = state
            self.reason = reason
            self.isMuted = isMuted
            self.isOnHold = isOnHold
            self.joinedAt = joinedAt
            self.leftAt = leftAt
            self.costMicros = costMicros
            self.costCurrency = costCurrency
            self.durationSeconds = durationSeconds
        }
    }

    /// Where a recording is silent because it was paused.
    package struct RecordingPause: Codable, Sendable {
        package var pausedAt: Timestamp
        package var resumedAt: Timestamp?
        package var pausedBy: UserID?

        package init(
            pausedAt: Timestamp, resumedAt: Timestamp?, pausedBy: UserID?
        ) {
            self.pausedAt = pausedAt
            self.resumedAt = resumedAt
            self.pausedBy = pausedBy
        }
    }

    /// A call that is steered here, with its ends.
    package struct LiveCall: Codable, Sendable {
        package var callID: CallID
        package var status: CallStatus
        package var direction: CallDirection
        package var connectionID: ConnectionID
        package var callerID: String
        package var recording: RecordingRun
        package var pauses: [RecordingPause]
        package var participants: [Participant]
        /// How a caller was led, step by step.
        package var routing: [RoutingStep]
        package var agentID: UserID?
        package var startedAt: Timestamp
        package var answeredAt: Timestamp?
        package var endedAt: Timestamp?

        package init(
            callID: CallID, status: CallStatus, direction: CallDirection, connectionID: ConnectionID, callerID: String,
            recording: RecordingRun, pauses: [RecordingPause], participants: [Participant], routing: [RoutingStep],
            agentID: UserID?, startedAt: Timestamp, answeredAt: Timestamp?, endedAt: Timestamp?
        ) {
            self.callID = callID
            self.status = status
            self.direction = direction
            self.connectionID = connectionID
            self.callerID = callerID
            self.recording = recording
            self.pauses = pauses
            self.participants = participants
            self.routing = routing
            self.agentID = agentID
            self.startedAt = startedAt
            self.answeredAt = answeredAt
            self.endedAt = endedAt
        }
    }

    /// `POST /api/v1/calls/{id}/participants` and `/transfer`: a number or a person.
    package struct AddParticipant: Codable, Sendable, Noted {
        package var to: String?
        package var userID: UserID?

        package static var notes: [Note] {
            [
                .of(CodingKeys.to, "A number.", length: 3...64),
                .of(CodingKeys.userID, "A person of the tenant."),
            ]
        }
    }

    /// `PATCH /api/v1/calls/{id}/participants/{participant_id}`.
    package struct UpdateParticipant: Codable, Sendable, Noted {
        package var isMuted: Bool?
        package var isOnHold: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.isMuted, "Whether the others hear this end."),
                .of(CodingKeys.isOnHold, "Whether this end hears the others."),
            ]
        }
    }

    /// `POST /api/v1/calls/{id}/wrap-up`: how a call ended.
    package struct WrapUp: Codable, Sendable, Noted {
        package var dispositionID: DispositionID?
        package var note: String?
        package var callBackAt: Timestamp?

        package static var notes: [Note] {
            [
                .of(CodingKeys.note, "For the call's notes.", length: 1...4000),
                .of(CodingKeys.callBackAt, "When the number is to be called again."),
            ]
        }
    }
}

extension CallsAPI {
    /// A number of a carrier's account.
    package struct CarrierNumber: Codable, Sendable {
        package var number: String
        package var label: String

        package init(number: String, label: String) {
            self.number = number
            self.label = label
        }
    }

    /// What a carrier says of a connection's account.
    package struct CarrierAccount: Codable, Sendable {
        package var connectionID: ConnectionID
        package var provider: String
        package var account: String
        package var isActive: Bool
        package var numbers: [CarrierNumber]

        package init(
            connectionID: ConnectionID, provider: String, account: String, isActive: Bool, numbers: [CarrierNumber]
        ) {
            self.connectionID = connectionID
            self.provider = provider
            self.account = account
            self.isActive = isActive
            self.numbers = numbers
        }
    }
}
