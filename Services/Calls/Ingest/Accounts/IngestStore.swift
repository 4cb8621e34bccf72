import Events
import FoundationEssentials
import JSON
import Models
import Postgres

/// Makes calls of providers' reports, within one transaction.
///
/// Whatever the order and however often reports come, the rows are the same: each is taken into the call's account, and
/// the row follows from the account. A status never goes back.
struct IngestStore {
    /// A report and when we received it, by which history is told from news.
    struct Received: Sendable {
        var report: CallReport
        var at: Timestamp
    }

    /// A call before and after.
    private struct Present {
        var call: Call
        var account: CallAccount
        /// Whether the call was made of reports; others keep what their maker said.
        var isOwn: Bool
        /// Whether anything was told of it while it ran.
        var isFollowed: Bool
    }

    /// What follows for all calls together.
    private struct Told {
        var events: [SQL] = []
        /// Calls whose provider's words become theirs.
        var written: [CallID] = []
    }

    let transaction: Transaction
    let tenant: TenantID
    let connection: InternalAPI.Connection
    /// Finds people by what providers know of them.
    let agents: AgentResolver
    /// Whether recordings may be fetched.
    var takesRecordings = true
    /// Whether those of calls within the house may, too.
    var takesInternalRecordings = false
    /// Whether numbers of cards are taken out of what was said.
    var redactsCards = true
    /// Whether whoever follows a call is told how it sounds.
    var hasTone = true
    /// Whether a provider's own words become the transcript where no recording comes.
    var writesDown = false

    /// As a tenant has set it.
    func following(_ settings: EffectiveSettings) -> IngestStore {
        var store = self
        store.takesRecordings = settings[Settings.recordingPolicy] != .never
        store.takesInternalRecordings = settings[Settings.recordsInternalCalls]
        store.redactsCards = settings[Settings.redactsCardNumbers]
        store.hasTone = settings.analysisFeatures.contains(.sentiment)
        store.writesDown = settings[Settings.transcribesCalls]
        return store
    }

    private var source: String { connection.id.jsonText }

    /// Applies reports and gives the calls that they tell of.
    func apply(_ received: [Received]) async throws -> [CallID] {
        var ids: [String] = []
        var byID: [String: [Received]] = [:]
        // Ends of calls that are steered here are calls of their own to their carrier alone.
        let ends = try await LiveCallStore.ends(
            of: connection, among: received.map(\.report.externalID), transaction, tenant)
        for one in received where !one.report.externalID.isEmpty && !ends.contains(one.report.externalID) {
            let id = String(one.report.externalID.prefix(200))
            if byID[id] == nil { ids.append(id) }
            byID[id, default: []].append(one)
        }
        var present = try await load(ids)
        var calls: [CallID] = []
        var told = Told()
        for id in ids {
            let reports = byID[id] ?? []
            let call = try await apply(reports, to: id, present[id], &told)
            if let call {
                calls.append(call)
                continue
            }
            // Somebody else has made it meanwhile.
            present = try await load([id])
            guard let again = present[id], let call = try await apply(reports, to: id, again, &told) else {
                throw Failure(.conflict)
            }
            calls.append(call)
        }
        if !told.events.isEmpty {
            _ = try await transaction.batch(told.events)
            transaction.notify(Outbox.channel)
        }
        let words = ProvidedTranscriptStore(
            transaction: transaction, tenant: tenant, provider: connection.provider)
        for id in told.written { _ = try await words.writeDown(id) }
        return calls
    }

    /// Nil when the call was to be made and is there already.
    private func apply(
        _ reports: [Received], to externalID: String, _ present: Present?, _ told: inout Told
    ) async throws -> CallID? {
        var account = present?.account ?? CallAccount()
        let reports = try await readable(reports, present?.call)
        for one in reports { account.take(one.report) }
        let words = LiveWords(
            reports.compactMap(\.report.speech),
            account.transcript == present?.account.transcript ? nil : account.transcript?.value)
        if let present, account == present.account || account.isMoreWords(than: present.account) {
            if account != present.account { try await keep(account, of: present.call.id) }
            try await follow(words, of: present.call, isFollowed: present.isFollowed)
            return present.call.id
        }
        let derived = try account.derived(country: connection.country)
        let assigned = try await assign(derived)
        guard let present else {
            let made = try await create(externalID, account, derived, assigned, reports, &told)
            if let made {
                try await follow(words, of: made, isFollowed: false)
                if isWritten(account, of: made, after: nil) { told.written.append(made.id) }
            }
            return made?.id
        }
        let changed = try await update(present, account, derived, assigned, &told)
        try await follow(words, of: changed, isFollowed: present.isFollowed)
        if isWritten(account, of: changed, after: present.account) { told.written.append(changed.id) }
        return changed.id
    }

    /// As they may be kept: without numbers of cards, and silent where the call is.
    private func readable(_ reports: [Received], _ call: Call?) async throws -> [Received] {
        guard reports.contains(where: { $0.report.transcript != nil || $0.report.summary != nil }) else {
            return reports
        }
        var spans: [SilentSpan] = []
        if let call { spans = try await RedactionStore.spans(of: call.id, in: tenant, transaction) }
        return reports.map { one in
            var one = one
            if redactsCards { one.report = one.report.withoutCards }
            if let call, !spans.isEmpty, let said = one.report.transcript {
                one.report.transcript = said.saying(said.transcript(of: call.direction).silenced(in: spans))
            }
            return one
        }
    }

    /// Whether the provider's own words are to be the call's: they are whole, and no recording is to come.
    private func isWritten(_ account: CallAccount, of call: Call, after former: CallAccount?) -> Bool {
        guard writesDown, call.origin == .live, call.deletedAt == nil, call.status.isOver, call.recording == nil,
            let said = account.transcript?.value, !said.isPartial,
            call.transcript == nil || said != former?.transcript?.value
        else { return false }
        let isGivenUp = [.failed, .noRecording].contains(call.processing.stage)
        return isGivenUp || !takes(call.direction) || account.recordingReference == nil
    }

    private func follow(_ words: LiveWords, of call: Call, isFollowed: Bool) async throws {
        try await LiveTranscript.follow(
            words, of: call, isFollowed: isFollowed, redacts: redactsCards, hasTone: hasTone, in: tenant, transaction)
    }

    private func create(
        _ externalID: String, _ account: CallAccount, _ derived: CallAccount.Derived, _ assigned: Assigned,
        _ reports: [Received], _ told: inout Told
    ) async throws -> Call? {
        let receivedAt = reports.map(\.at).min() ?? .now()
        let isLate = receivedAt - (derived.endedAt ?? derived.startedAt) > CallDraft.liveWithin
        let origin: CallOrigin = isLate ? .import : .live
        let pending = takes(derived.direction) && derived.recording != nil
        let made = try await transaction.first(
            insertion(externalID, derived, assigned, origin, try JSONText(encoding: account), isPending: pending),
            as: Call.self)
        guard let made else { return nil }
        if pending { try await copyRecordings(of: made.id, account) }
        try await nameRecordings(account, of: made.id)
        let transition = CallTransition(before: nil, after: made, isOfParts: account.isOfParts)
        told.events += try await EndSettling.follow(transition, in: transaction)
        return made
    }

    private func update(
        _ present: Present, _ account: CallAccount, _ derived: CallAccount.Derived, _ assigned: Assigned,
        _ told: inout Told
    ) async throws -> Call {
        let before = present.call
        var call = before
        let isFurther = derived.status.phase > call.status.phase
        if isFurther || (present.isOwn && derived.status.phase == call.status.phase) { call.status = derived.status }
        call.providerStatus = derived.providerStatus ?? call.providerStatus
        if present.isOwn {
            call.direction = derived.direction
            call.from = derived.from
            call.to = derived.to
            call.startedAt = derived.startedAt
            call.metadata = derived.metadata
        }
        call.answeredAt = derived.answeredAt.map { max($0, call.startedAt) } ?? call.answeredAt
        if call.status.isOver { call.endedAt = derived.endedAt.map { max($0, call.startedAt) } ?? call.endedAt }
        call.language = call.language ?? derived.language
        let references = account.recordingReferences
        let isNew = takes(call.direction) && references != present.account.recordingReferences
        let wants = isNew && call.recording == nil && call.deletedAt == nil
        let isWaiting = [.received, .noRecording, .recordingPending].contains(call.processing.stage)
        // What the provider wrote down gives way to what is said in the recording.
        let isPending = wants && (isWaiting || call.transcript?.engine == Engine.provider.rawValue)
        let changed = try await transaction.first(
            change(
                call, assigned, former: try await formerAgent(present, derived), try JSONText(encoding: account),
                isPending: isPending), as: Call.self)
        guard let changed else { throw Failure(.conflict) }
        // Another file of a call that has some joins them.
        let joins = isNew && references.count > 1 && call.recording != nil && call.deletedAt == nil
        if isPending || joins { try await copyRecordings(of: changed.id, account) }
        if account.recordingNames != present.account.recordingNames {
            try await nameRecordings(account, of: changed.id)
        }
        guard changed.deletedAt == nil else { return changed }
        let transition = CallTransition(
            before: before, after: changed,
            wasHeld: before.status.isOver && present.account.isOfParts
                ? try await HeldEndStore(rows: transaction, tenant: tenant).take(changed.id) : false,
            isOfParts: account.isOfParts)
        told.events += try await EndSettling.follow(transition, in: transaction)
        return changed
    }

    private func takes(_ direction: CallDirection) -> Bool {
        takesRecordings && (takesInternalRecordings || direction != .internal)
    }

    /// Where a call is told of part by part its files are waited for, so that they come in their order.
    private func copyRecordings(of call: CallID, _ account: CallAccount) async throws {
        try await CopyRecordingJob.enqueue(
            call, in: transaction, delay: account.isOfParts ? EndSettling.pause : .zero)
    }

    /// So that a file which somebody else brings finds its call.
    private func nameRecordings(_ account: CallAccount, of call: CallID) async throws {
        try await RecordingNameStore(rows: transaction, tenant: tenant).keep(
            account.recordingNames, of: call, source: source)
    }

    // Whose the call is.

    /// Who spoke, by a person's id or address, or by the line.
    struct Assigned: Sendable {
        var agentID: UserID?
        var lineID: LineID?
        var lineValue: String?
        var team: String?
    }

    /// Who was found by an earlier report's hint, and is not meant any more: whoever answered counts, not who was told first.
    private func formerAgent(_ present: Present, _ derived: CallAccount.Derived) async throws -> UserID? {
        guard present.call.agentID != nil else { return nil }
        let former = try present.account.derived(country: connection.country)
        guard let hint = former.agent, former.agent != derived.agent else { return nil }
        return await agents.user(hint, in: tenant)
    }

    private func assign(_ derived: CallAccount.Derived) async throws -> Assigned {
        var assigned = Assigned(lineValue: derived.lineValue)
        if let hint = derived.agent, let user = await agents.user(hint, in: tenant) {
            assigned.agentID = user
            return assigned
        }
        guard let value = derived.lineValue else { return assigned }
        let line = try await LineStore(rows: transaction).agent(
            for: value, source: source, at: derived.startedAt, in: tenant)
        guard let line else { return assigned }
        (assigned.agentID, assigned.lineID, assigned.team) = (line.agentID, line.line, line.team)
        return assigned
    }

    // Statements.

    private func load(_ ids: [String]) async throws -> [String: Present] {
        let rows = try await transaction.query(
            """
            SELECT \(unescaped: Call.columns), account.document, account.is_own, EXISTS (
                SELECT FROM call_live_updates AS live
                WHERE live.tenant_id = calls.tenant_id AND live.call_id = calls.id)
            FROM calls LEFT JOIN (
                SELECT tenant_id AS account_tenant, call_id, document, is_own FROM call_accounts
            ) AS account ON account.account_tenant = calls.tenant_id AND account.call_id = calls.id
            WHERE calls.tenant_id = \(tenant) AND calls.source = \(source) AND NOT calls.is_test
              AND calls.external_id = ANY (\(ids))
            ORDER BY calls.id FOR UPDATE OF calls
            """
        ) { row in
            let call = try Call(row: &row)
            return (
                call, try row.next(JSONText?.self), try row.next(Bool?.self) ?? false, try row.next(Bool.self)
            )
        }
        var present: [String: Present] = [:]
        for (call, document, isOwn, isFollowed) in rows {
            guard let id = call.externalID else { continue }
            present[id] = Present(
                call: call, account: try document?.decode(CallAccount.self) ?? CallAccount(), isOwn: isOwn,
                isFollowed: isFollowed)
        }
        return present
    }

    private func keep(_ account: CallAccount, of call: CallID) async throws {
        try await transaction.execute(
            """
            UPDATE call_accounts SET document = \(try JSONText(encoding: account)), updated_at = now()
            WHERE tenant_id = \(tenant) AND call_id = \(call)
            """)
    }

    private func insertion(
        _ externalID: String, _ call: CallAccount.Derived, _ assigned: Assigned, _ origin: CallOrigin,
        _ account: JSONText, isPending: Bool
    ) -> SQL {
        """
        WITH changed AS (
            INSERT INTO calls (tenant_id, id, source, external_id, origin, direction,
                from_kind, from_value, from_number, from_raw, to_kind, to_value, to_number, to_raw,
                status, provider_status, started_at, answered_at, ended_at, agent_id, language, metadata,
                line_value, line_id, team, stage)
            VALUES (\(tenant), \(CallID.make()), \(source), \(externalID), \(origin.rawValue),
                \(call.direction.rawValue),
                \(call.from.kind.rawValue), \(call.from.value), \(call.from.number), \(call.from.raw),
                \(call.to.kind.rawValue), \(call.to.value), \(call.to.number), \(call.to.raw),
                \(call.status.rawValue), \(call.providerStatus), \(call.startedAt), \(call.answeredAt),
                \(call.endedAt), \(assigned.agentID), \(call.language), \(call.metadata),
                \(assigned.lineValue), \(assigned.lineID), \(assigned.team),
                CASE WHEN \(isPending) THEN 'recording_pending' ELSE 'received' END)
            ON CONFLICT ON CONSTRAINT calls_external_key DO NOTHING
            RETURNING *
        ), kept AS (
            INSERT INTO call_accounts (tenant_id, call_id, document)
            SELECT tenant_id, id, \(account) FROM changed
        )
        SELECT \(unescaped: Call.columns) FROM changed
        """
    }

    /// An agent that somebody has said stays; one that a line or a hint led to follows what is reported.
    private func change(
        _ call: Call, _ assigned: Assigned, former: UserID?, _ account: JSONText, isPending: Bool
    ) -> SQL {
        let follows: SQL = "(agent_id IS NULL OR line_id IS NOT NULL OR agent_id = \(former)::uuid)"
        return """
            WITH kept AS (
                INSERT INTO call_accounts AS known (tenant_id, call_id, document, is_own)
                VALUES (\(tenant), \(call.id), \(account), false)
                ON CONFLICT ON CONSTRAINT call_accounts_pkey DO UPDATE SET document = excluded.document, updated_at = now()
            ), changed AS (
                UPDATE calls SET direction = \(call.direction.rawValue),
                    from_kind = \(call.from.kind.rawValue), from_value = \(call.from.value),
                    from_number = \(call.from.number), from_raw = \(call.from.raw),
                    to_kind = \(call.to.kind.rawValue), to_value = \(call.to.value), to_number = \(call.to.number),
                    to_raw = \(call.to.raw), status = \(call.status.rawValue), provider_status = \(call.providerStatus),
                    started_at = \(call.startedAt), answered_at = \(call.answeredAt), ended_at = \(call.endedAt),
                    line_value = coalesce(\(assigned.lineValue), line_value),
                    line_id = CASE WHEN \(follows) THEN \(assigned.lineID)::uuid ELSE line_id END,
                    team = CASE WHEN \(follows) THEN \(assigned.team)::text ELSE team END,
                    agent_id = CASE WHEN \(follows) THEN
                        CASE WHEN agent_id = \(former)::uuid THEN coalesce(\(assigned.agentID)::uuid, agent_id)
                        ELSE \(assigned.agentID)::uuid END ELSE agent_id END,
                    language = \(call.language),
                    metadata = \(call.metadata),
                    stage = CASE WHEN \(isPending) THEN 'recording_pending' ELSE stage END,
                    stage_since = CASE WHEN \(isPending) THEN now() ELSE stage_since END,
                    stage_attempts = CASE WHEN \(isPending) THEN 0 ELSE stage_attempts END,
                    stage_error_code = CASE WHEN \(isPending) THEN NULL ELSE stage_error_code END,
                    stage_error_detail = CASE WHEN \(isPending) THEN NULL ELSE stage_error_detail END,
                    updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(call.id)
                RETURNING *
            )
            SELECT \(unescaped: Call.columns) FROM changed
            """
    }
}
