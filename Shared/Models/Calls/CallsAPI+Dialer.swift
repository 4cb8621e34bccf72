package import JSON

/// The power dialer, and callers who are called back.
extension CallsAPI {
    /// Numbers that are called one after another, and how.
    package struct Campaign: Codable, Sendable {
        package var id: CampaignID
        package var name: String
        package var state: CampaignState
        package var purpose: ContactPurpose
        package var priority: Int
        /// From the end of one call's wrap-up to the next call.
        package var pauseSeconds: Int
        package var maxAttempts: Int
        package var ringSeconds: Int
        package var machineAction: MachineAction
        package var machineMessage: String?
        /// Numbers that wait.
        package var pending: Int
        package var done: Int
        package var cancelled: Int
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: CampaignID, name: String, state: CampaignState, purpose: ContactPurpose, priority: Int,
            pauseSeconds: Int, maxAttempts: Int, ringSeconds: Int, machineAction: MachineAction,
            machineMessage: String?, pending: Int, done: Int, cancelled: Int, createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.name = name
            self.state = state
            self.purpose = purpose
            self.priority = priority
            self.pauseSeconds = pauseSeconds
            self.maxAttempts = maxAttempts
            self.ringSeconds = ringSeconds
            self.machineAction = machineAction
            self.machineMessage = machineMessage
            self.pending = pending
            self.done = done
            self.cancelled = cancelled
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// `POST /api/v1/dialer/campaigns`.
    package struct CreateCampaign: Codable, Sendable, Noted {
        package var name: String
        package var purpose: ContactPurpose?
        package var priority: Int?
        package var pauseSeconds: Int?
        package var maxAttempts: Int?
        package var ringSeconds: Int?
        package var machineAction: MachineAction?
        package var machineMessage: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people call it.", length: 1...120),
                .of(CodingKeys.priority, "Higher goes first.", range: -100...100),
                .of(CodingKeys.pauseSeconds, "From the end of one call's wrap-up to the next call.", range: 0...600),
                .of(CodingKeys.maxAttempts, "Calls to one number at most.", range: 1...10),
                .of(CodingKeys.ringSeconds, "How long it rings.", range: 5...120),
                .of(CodingKeys.machineAction, "What happens when a machine answers."),
                .of(CodingKeys.machineMessage, "What is left on a machine.", length: 1...1000),
            ]
        }
    }

    /// `PATCH /api/v1/dialer/campaigns/{id}`.
    package struct UpdateCampaign: Codable, Sendable, Noted {
        package var name: String?
        package var state: CampaignState?
        package var priority: Int?
        package var pauseSeconds: Int?
        package var maxAttempts: Int?
        package var ringSeconds: Int?
        package var machineAction: MachineAction?
        package var machineMessage: Patch<String>

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people call it.", length: 1...120),
                .of(CodingKeys.priority, "Higher goes first.", range: -100...100),
                .of(CodingKeys.pauseSeconds, "From the end of one call's wrap-up to the next call.", range: 0...600),
                .of(CodingKeys.maxAttempts, "Calls to one number at most.", range: 1...10),
                .of(CodingKeys.ringSeconds, "How long it rings.", range: 5...120),
                .of(CodingKeys.machineAction, "What happens when a machine answers."),
                .of(CodingKeys.machineMessage, "What is left on a machine.", length: 1...1000),
            ]
        }
    }

    /// A number to call.
    package struct DialNumber: Codable, Sendable, Noted {
        package var number: String
        package var name: String?
        package var leadID: LeadID?
        package var agentID: UserID?
        package var priority: Int?
        package var notBefore: Timestamp?
        package var language: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.number, "As it is dialled in the tenant's country.", length: 3...64),
                .of(CodingKeys.name, "Whose it is.", length: 1...200),
                .of(CodingKeys.agentID, "Only this person gets it."),
                .of(CodingKeys.priority, "Higher goes first.", range: -100...100),
                .of(CodingKeys.notBefore, "When it is due at the earliest."),
                .of(CodingKeys.language, "What its owner speaks, BCP 47.", length: 2...35),
            ]
        }
    }

    /// `POST /api/v1/dialer/campaigns/{id}/numbers`.
    package struct AddNumbers: Codable, Sendable, Noted {
        package var numbers: [DialNumber]

        package static var notes: [Note] {
            [
                .of(CodingKeys.numbers, "At most 2,000 at a time.", count: 1...2000)
            ]
        }
    }

    /// `POST /api/v1/dialer/campaigns/{id}/numbers/from-calls`: the outside numbers of calls that a filter finds.
    package struct AddFromCalls: Codable, Sendable, Noted {
        package var direction: CallDirection?
        package var status: CallStatus?
        package var sentiment: SentimentLabel?
        package var agentID: UserID?
        package var startedAfter: Timestamp?
        package var startedBefore: Timestamp?
        package var limit: Int?

        package static var notes: [Note] {
            [
                .of(CodingKeys.limit, "At most so many numbers.", range: 1...10000)
            ]
        }
    }

    /// What became of numbers.
    package struct NumbersAdded: Codable, Sendable {
        package var added: Int
        /// In the list already.
        package var known: Int
        /// What is no number, each by its place.
        package var refused: [FieldError]

        package init(
            added: Int, known: Int, refused: [FieldError]
        ) {
            self.added = added
            self.known = known
            self.refused = refused
        }
    }

    /// A number that waits to be called, or was.
    package struct DialEntry: Codable, Sendable {
        package var id: DialEntryID
        package var campaignID: CampaignID?
        package var number: String
        package var name: String?
        package var leadID: LeadID?
        /// What its owner speaks, where somebody has said so.
        package var language: String?
        package var agentID: UserID?
        package var purpose: ContactPurpose
        package var priority: Int
        package var state: DialEntryState
        /// Why it waits or is not called.
        package var reason: String?
        package var notBefore: Timestamp
        package var attempts: Int
        package var maxAttempts: Int
        /// The last call.
        package var callID: CallID?
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: DialEntryID, campaignID: CampaignID?, number: String, name: String?, leadID: LeadID?, language: String?,
            agentID: UserID?, purpose: ContactPurpose, priority: Int, state: DialEntryState, reason: String?,
            notBefore: Timestamp,
            attempts: Int, maxAttempts: Int, callID: CallID?, createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.campaignID = campaignID
            self.number = number
            self.name = name
            self.leadID = leadID
            self.language = language
            self.agentID = agentID
            self.purpose = purpose
            self.priority = priority
            self.state = state
            self.reason = reason
            self.notBefore = notBefore
            self.attempts = attempts
            self.maxAttempts = maxAttempts
            self.callID = callID
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// `POST /api/v1/dialer/sessions`.
    package struct StartSession: Codable, Sendable, Noted {
        package var campaignID: CampaignID?

        package static var notes: [Note] {
            [
                .of(CodingKeys.campaignID, "Left out: one's own call-backs and retries.")
            ]
        }
    }

    /// An agent who is given one number after another.
    package struct DialSession: Codable, Sendable {
        package var id: DialSessionID
        package var userID: UserID
        package var campaignID: CampaignID?
        package var state: DialSessionState
        package var reason: String?
        /// The number that is called now.
        package var entry: DialEntry?
        package var callID: CallID?
        package var calls: Int
        /// When the next number is called.
        package var nextAt: Timestamp?
        /// Without a sign of the console until then, the session ends.
        package var leasedUntil: Timestamp
        package var createdAt: Timestamp

        package init(
            id: DialSessionID, userID: UserID, campaignID: CampaignID?, state: DialSessionState, reason: String?,
            entry: DialEntry?, callID: CallID?, calls: Int, nextAt: Timestamp?, leasedUntil: Timestamp,
            createdAt: Timestamp
        ) {
            self.id = id
            self.userID = userID
            self.campaignID = campaignID
            self.state = state
            self.reason = reason
            self.entry = entry
            self.callID = callID
            self.calls = calls
            self.nextAt = nextAt
            self.leasedUntil = leasedUntil
            self.createdAt = createdAt
        }
    }

    /// The next attempt after an unanswered call.
    package struct CallRetry: Codable, Sendable {
        package var id: CallRetryID
        package var callID: CallID
        package var entryID: DialEntryID
        package var leadID: LeadID?
        package var retryCount: Int
        package var scheduledAt: Timestamp
        package var status: CallRetryStatus
        package var reason: String?
        package var createdAt: Timestamp

        package init(
            id: CallRetryID, callID: CallID, entryID: DialEntryID, leadID: LeadID?, retryCount: Int,
            scheduledAt: Timestamp, status: CallRetryStatus, reason: String?, createdAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.entryID = entryID
            self.leadID = leadID
            self.retryCount = retryCount
            self.scheduledAt = scheduledAt
            self.status = status
            self.reason = reason
            self.createdAt = createdAt
        }
    }

    /// A caller whom nobody answered.
    package struct MissedCall: Codable, Sendable {
        package var id: MissedCallID
        package var callID: CallID
        package var number: String
        package var agentID: UserID?
        /// How often the number has called in vain.
        package var calls: Int
        package var missedAt: Timestamp
        package var state: MissedCallState
        package var claimedBy: UserID?
        package var claimedAt: Timestamp?
        package var closedAt: Timestamp?
        package var closedByCall: CallID?
        package var closedReason: String?

        package init(
            id: MissedCallID, callID: CallID, number: String, agentID: UserID?, calls: Int, missedAt: Timestamp,
            state: MissedCallState, claimedBy: UserID?, claimedAt: Timestamp?, closedAt: Timestamp?,
            closedByCall: CallID?, closedReason: String?
        ) {
            self.id = id
            self.callID = callID
            self.number = number
            self.agentID = agentID
            self.calls = calls
            self.missedAt = missedAt
            self.state = state
            self.claimedBy = claimedBy
            self.claimedAt = claimedAt
            self.closedAt = closedAt
            self.closedByCall = closedByCall
            self.closedReason = closedReason
        }
    }

    /// Who is calling, and what was last spoken with them.
    package struct CallPop: Codable, Sendable {
        package var callID: CallID
        package var direction: CallDirection
        package var status: CallStatus
        package var number: String?
        /// Earlier calls with the number; counting stops at 100.
        package var calls: Int
        package var lastCall: CallSummary?
        /// The call-back that is open for the number.
        package var missedCallID: MissedCallID?
        /// As the dialer's lists call them.
        package var name: String?

        package init(
            callID: CallID, direction: CallDirection, status: CallStatus, number: String?, calls: Int,
            lastCall: CallSummary?, missedCallID: MissedCallID?, name: String?
        ) {
            self.callID = callID
            self.direction = direction
            self.status = status
            self.number = number
            self.calls = calls
            self.lastCall = lastCall
            self.missedCallID = missedCallID
            self.name = name
        }
    }
}

extension CallsAPI {
    /// Sessions at the dialer, newest first.
    package struct DialSessions: Codable, Sendable {
        package var data: [DialSession]

        package init(data: [DialSession]) { self.data = data }
    }
}
