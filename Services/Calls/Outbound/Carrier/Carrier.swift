import HTTPClient
import Models

/// The phone systems in the cloud that can be told to place a call.
enum CarrierProvider: String, Sendable, CaseIterable {
    case twilio, signalwire
}

/// A phone company's API, as placing and steering calls needs it.
///
/// One end of a conversation is a call of its own to a carrier: it fetches what to do from the address it was given, and
/// is told by another to fetch again. Conferences, holding and muting are markup at that address (`VoiceMarkup`), so
/// that both carriers behave alike. Errors are `CarrierError`.
protocol Carrier: Sendable {
    var connection: ConnectionID { get }
    var provider: CarrierProvider { get }

    /// Rings somebody; not repeated here, because no carrier knows the second request for a repetition of the first.
    func place(_ order: CarrierOrder) async throws -> CarrierCall
    /// Has the carrier fetch anew what to do with a call that runs.
    func redirect(_ call: String, to url: String) async throws
    /// Ends a call, or takes it back while it rings.
    func hangUp(_ call: String, isRinging: Bool) async throws
    func call(_ id: String) async throws -> CarrierCall
    /// Calls between two ends since an instant, newest first: what is asked when the outcome of placing is unknown.
    func calls(to: String, from: String, since: Timestamp) async throws -> [CarrierCall]
    /// Records both sides of a call, each on a channel; gives the recording's id.
    func startRecording(of call: String, callback: String) async throws -> String
    func setRecording(_ recording: String, of call: String, to state: CarrierRecordingState) async throws
    /// A recording's bytes, as they arrive.
    func openRecording(_ recording: String) async throws -> OutboundHTTPStream
    /// Lets a browser speak for an agent.
    func browserToken(identity: String, lifetime: Duration, now: Timestamp) async throws -> BrowserToken
    /// Whether the carrier takes the credentials; throws what it says against them.
    func check() async throws -> CarrierCheck
    /// The numbers that the account owns, which are the only ones that may show as caller.
    func numbers() async throws -> [CarrierNumber]
}

/// Gives the carriers of tenants' connections.
protocol CarrierDirectory: Sendable {
    /// Throws `CarrierError` for a connection that is none, or cannot place calls.
    func carrier(_ connection: ConnectionID, in tenant: TenantID) async throws -> any Carrier
}

/// One end of a conversation that is to be rung.
struct CarrierOrder: Sendable, Equatable {
    /// A number, or `client:<identity>` for a browser.
    var to: String
    var from: String
    /// Where the carrier asks what to do once somebody answers.
    var url: String
    /// Where it tells how the call goes.
    var statusURL: String
    /// How long it rings.
    var ringSeconds = 30
    var machines = MachineDetection.none
}

/// Whether the carrier listens for answering machines.
enum MachineDetection: String, Sendable, Codable, CaseIterable {
    case none
    /// Says so as soon as it knows.
    case detect
    /// Waits for the end of the greeting, so that a message can be left.
    case messageEnd = "message_end"
}

/// A call as its carrier sees it.
struct CarrierCall: Sendable, Equatable {
    var id: String
    var status: CarrierCallStatus?
    var createdAt: Timestamp?
    /// Whether the carrier placed it for another call of its own.
    var hasParent = false
    /// `human`, `machine_start` and the like.
    var answeredBy: String?
    /// Nil until the carrier has worked it out, some time after the end.
    var price: CarrierPrice?
}

/// What a carrier charges.
struct CarrierPrice: Sendable, Equatable {
    /// In millionths of the currency's unit; never negative.
    var micros: Int64
    /// ISO 4217.
    var currency: String
}

/// Carriers' words for how a call goes.
enum CarrierCallStatus: String, Sendable {
    case queued, initiated, ringing, completed, busy, failed, canceled
    case inProgress = "in-progress"
    case noAnswer = "no-answer"

    var isOver: Bool { [.completed, .busy, .failed, .canceled, .noAnswer].contains(self) }
}

/// What a recording that runs can be told.
enum CarrierRecordingState: String, Sendable {
    case paused, stopped
    case inProgress = "in-progress"
}

/// What a browser shows the carrier in place of the account's secret.
struct BrowserToken: Sendable, Equatable {
    var token: String
    var identity: String
    var expiresAt: Timestamp?
}

/// What a carrier said of the account.
struct CarrierCheck: Sendable, Equatable {
    var account: String
    var isActive: Bool
}

/// A number of the account.
struct CarrierNumber: Sendable, Equatable {
    var number: String
    var label: String
}
