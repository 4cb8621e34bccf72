import Postgres

/// All route files of consent and compliance with what they stand on.
struct ConsentArea: Sendable {
    let database: Database
    let hashing: SubjectHashing

    var ledger: ConsentLedger { ConsentLedger(hashing: hashing) }
    var consents: ConsentRoutes { ConsentRoutes(database: database, ledger: ledger) }
    var types: ConsentTypeRoutes { ConsentTypeRoutes(database: database) }
    var forms: ConsentFormRoutes {
        ConsentFormRoutes(database: database, ledger: ledger, links: ConsentLinks(secrets: hashing.secrets))
    }
    var decisions: ContactDecisionRoutes {
        ContactDecisionRoutes(database: database, gate: ContactGate(hashing: hashing))
    }
    var dashboard: ConsentDashboardRoutes { ConsentDashboardRoutes(database: database) }
    var policy: ContactPolicyRoutes { ContactPolicyRoutes(database: database) }
    var doNotCall: DoNotCallRoutes { DoNotCallRoutes(database: database, list: DoNotCallList(hashing: hashing)) }
    var imports: DoNotCallImportRoutes {
        DoNotCallImportRoutes(database: database, list: DoNotCallList(hashing: hashing))
    }
    var recording: RecordingConsentRoutes { RecordingConsentRoutes(database: database) }
    var events: ConsentEvents { ConsentEvents(ledger: ledger) }
}
