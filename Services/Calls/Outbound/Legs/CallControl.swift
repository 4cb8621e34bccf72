import Models

/// How a call is steered here.
struct CallControl: Sendable, Equatable {
    var callID: CallID
    var connection: ConnectionID
    var provider: CarrierProvider
    /// Our number: what callees see, or what the caller has dialled.
    var callerID: String
    var purpose = ContactPurpose.marketing
    /// Whether the ends meet in a room; else the carrier bridges them, until somebody steers one.
    var isConference = true
    var recordingPolicy = RecordingPolicy.never
    var recordingID: String?
    var recordingState = RecordingRun.none
    var machineAction = MachineAction.connect
    var machineMessage: String?
    var entryID: DialEntryID?
    /// Which repetition of an unanswered call it is; 0 for the first attempt.
    var retryCount = 0
    var isWrappedUp = false
    /// What the other side probably speaks, such as `de`.
    var language: String?
}
