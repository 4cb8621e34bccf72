import JSON
import Models

/// Numbers that are called one after another, and how.
struct Campaign: Sendable {
    var id = CampaignID.make()
    var name: String
    var state = CampaignState.draft
    var purpose = ContactPurpose.marketing
    var priority = 0
    var pauseSeconds = 5
    var maxAttempts = 3
    var ringSeconds = 30
    var machineAction = MachineAction.hangUp
    var machineMessage: String?
    var version: Int64 = 1
    var createdAt = Timestamp.now()
    var updatedAt = Timestamp.now()

    init(_ wish: CallsAPI.CreateCampaign) {
        name = wish.name
        purpose = wish.purpose ?? purpose
        priority = wish.priority ?? priority
        pauseSeconds = wish.pauseSeconds ?? pauseSeconds
        maxAttempts = wish.maxAttempts ?? maxAttempts
        ringSeconds = wish.ringSeconds ?? ringSeconds
        machineAction = wish.machineAction ?? machineAction
        machineMessage = wish.machineMessage
    }

    mutating func apply(_ change: CallsAPI.UpdateCampaign) {
        name = change.name ?? name
        state = change.state ?? state
        priority = change.priority ?? priority
        pauseSeconds = change.pauseSeconds ?? pauseSeconds
        maxAttempts = change.maxAttempts ?? maxAttempts
        ringSeconds = change.ringSeconds ?? ringSeconds
        machineAction = change.machineAction ?? machineAction
        if change.machineMessage.isPresent { machineMessage = change.machineMessage.value }
    }

    /// 422 for a message that is to be left and is none.
    func check() throws(Failure) {
        if machineAction == .leaveMessage, machineMessage == nil {
            throw Failure.invalid("/machine_message", "required", "is what would be left")
        }
    }
}

/// How many numbers of a list are where.
struct CampaignCounts: Sendable {
    var pending = 0
    var done = 0
    var cancelled = 0
}

extension Campaign {
    func wire(_ counts: CampaignCounts) -> CallsAPI.Campaign {
        CallsAPI.Campaign(
            id: id, name: name, state: state, purpose: purpose, priority: priority, pauseSeconds: pauseSeconds,
            maxAttempts: maxAttempts, ringSeconds: ringSeconds, machineAction: machineAction,
            machineMessage: machineMessage, pending: counts.pending, done: counts.done, cancelled: counts.cancelled,
            createdAt: createdAt, updatedAt: updatedAt)
    }
}
