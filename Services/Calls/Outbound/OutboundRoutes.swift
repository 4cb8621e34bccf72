import Models
import Postgres
import Web

/// The route files of outbound calls.
struct OutboundRoutes: Sendable {
    let database: Database
    let dial: DialRoutes
    let settings: VoiceSettingsRoutes
    let campaigns: CampaignRoutes
    let sessions: DialSessionRoutes
    let callbacks: CallbackRoutes
    let wrapUp: CallWrapUp
    let hooks: VoiceHookRoutes

    init(database: Database, _ parts: OutboundParts, people: PeopleDirectory) {
        self.database = database
        let dialling = DialService(
            database: database, carriers: parts.carriers, gate: parts.gate, knowledge: parts.addresses.knowledge)
        dial = DialRoutes(database: database, dialling: dialling)
        settings = VoiceSettingsRoutes(database: database, carriers: parts.carriers, people: people)
        campaigns = CampaignRoutes(database: database, people: people)
        wrapUp = CallWrapUp(database: database, ledger: ConsentLedger(hashing: parts.gate.hashing))
        sessions = DialSessionRoutes(
            database: database, dialer: DialerService(database: database, dialling: dialling), wrapUp: wrapUp)
        callbacks = CallbackRoutes(database: database)
        hooks = VoiceHookRoutes(database: database, check: parts.check, addresses: parts.addresses)
    }
}
