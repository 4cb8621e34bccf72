import Auth
import Models
import PhoneNumbers
import Postgres
import Web

/// Lists of numbers to call, and what became of each.
struct CampaignRoutes: Sendable {
    /// Why a number is not called whose campaign is over.
    private static let stopped = "campaign_finished"

    let database: Database
    let people: PeopleDirectory

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<CallsAPI.Campaign>> {
        let store = store(context)
        let found = try await store.list(RowOrderStore(paging))
        let counts = try await store.counts(of: found.campaigns.map(\.id))
        return OK(
            paging.page(
                found.campaigns, total: found.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire(counts[$0.id] ?? .init()) })
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateCampaign>
    ) async throws -> Created<CallsAPI.Campaign> {
        let campaign = Campaign(body.value)
        try campaign.check()
        guard let made = try await store(context).create(campaign, by: context.principal?.user?.userID) else {
            throw Failure(.conflict)
        }
        return Created(made.wire(.init()), at: "/api/v1/dialer/campaigns/\(made.id)", version: made.version)
    }

    func get(_ context: RequestContext, _ path: PathID<CampaignID>) async throws -> OK<CallsAPI.Campaign> {
        let campaign = try await find(path.id, context)
        return OK(try await whole(campaign, context), version: campaign.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<CampaignID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateCampaign>
    ) async throws -> OK<CallsAPI.Campaign> {
        var campaign = try await find(path.id, context)
        if let version = match.version, version != campaign.version { throw Failure(.preconditionFailed) }
        let before = campaign.state
        campaign.apply(body.value)
        try campaign.check()
        let (wanted, tenant) = (campaign, context.tenant)
        let saved = try await database.tenant(tenant).transaction { transaction in
            guard let saved = try await CampaignStore(rows: transaction, tenant: tenant).save(wanted) else {
                throw Failure(.preconditionFailed)
            }
            if before != saved.state { try await follow(saved, from: before, transaction, tenant) }
            return saved
        }
        return OK(try await whole(saved, context), version: saved.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<CampaignID>, _ match: IfMatch) async throws -> NoContent {
        _ = try await find(path.id, context)
        let tenant = context.tenant
        try await database.tenant(tenant).transaction { transaction in
            // What rings goes with the list.
            _ = try await OutboundCancellationStore(transaction: transaction, tenant: tenant).cancelQueue(
                of: path.id, reason: Self.stopped)
            let store = CampaignStore(rows: transaction, tenant: tenant)
            guard try await store.delete(path.id, version: match.version) else { throw Failure(.preconditionFailed) }
        }
        return NoContent()
    }

    /// Numbers of a campaign that is stopped are cancelled with that reason, and wait again when it goes on after all.
    private func follow(
        _ campaign: Campaign, from before: CampaignState, _ transaction: Transaction, _ tenant: TenantID
    ) async throws {
        if campaign.state == .finished {
            _ = try await OutboundCancellationStore(transaction: transaction, tenant: tenant).cancelQueue(
                of: campaign.id, reason: Self.stopped)
        } else if before == .finished {
            try await DialQueueStore(rows: transaction, tenant: tenant).revive(campaign.id, reason: Self.stopped)
        }
    }

    /// Adds numbers; what is none is told by its place and keeps the others from nothing.
    ///
    /// 422 for agents whom the tenant does not have.
    func add(
        _ context: RequestContext, _ path: PathID<CampaignID>, _ body: Body<CallsAPI.AddNumbers>
    ) async throws -> OK<CallsAPI.NumbersAdded> {
        let campaign = try await find(path.id, context)
        let agents = body.value.numbers.enumerated().compactMap { index, number in
            number.agentID.map { (pointer: "/numbers/\(index)/agent_id", person: $0) }
        }
        try await PeopleCheck(people: people, database: database).require(agents, in: context.tenant)
        let (entries, refused) = DialEntry.read(body.value.numbers, for: campaign, country: context.country)
        let added = try await database.tenant(context.tenant).transaction { transaction in
            try await DialQueueStore(rows: transaction, tenant: context.tenant).add(entries)
        }
        return OK(CallsAPI.NumbersAdded(added: added, known: entries.count - added, refused: refused))
    }

    func addFromCalls(
        _ context: RequestContext, _ path: PathID<CampaignID>, _ body: Body<CallsAPI.AddFromCalls>
    ) async throws -> OK<CallsAPI.NumbersAdded> {
        let campaign = try await find(path.id, context)
        let outcome = try await queue(context).add(from: body.value, to: campaign, reach: context.reach)
        return OK(CallsAPI.NumbersAdded(added: outcome.added, known: outcome.found - outcome.added, refused: []))
    }

    func entries(
        _ context: RequestContext, _ query: Query<DialEntryFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.DialEntry>> {
        var filter = query.value
        filter.number = filter.number.map { PhoneNumber($0, country: context.country)?.e164 ?? $0 }
        // Agents see what waits for them.
        if let agent = context.reach.agentID { filter.agentID = agent }
        let found = try await queue(context).list(filter, RowOrderStore(paging))
        return OK(
            paging.page(
                found.entries, total: found.total, totalIsExact: found.total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire })
    }

    /// Takes a number out of the queue.
    func cancel(_ context: RequestContext, _ path: PathID<DialEntryID>) async throws -> OK<CallsAPI.DialEntry> {
        guard try await queue(context).find(path.id) != nil else { throw Failure(.notFound) }
        guard try await queue(context).cancel(path.id, reason: "cancelled"),
            let entry = try await queue(context).find(path.id)
        else { throw Failure(.conflict, "The number is not waiting.") }
        return OK(entry.wire)
    }

    private func find(_ id: CampaignID, _ context: RequestContext) async throws -> Campaign {
        guard let campaign = try await store(context).find(id) else { throw Failure(.notFound) }
        return campaign
    }

    private func whole(_ campaign: Campaign, _ context: RequestContext) async throws -> CallsAPI.Campaign {
        campaign.wire(try await store(context).counts(of: [campaign.id])[campaign.id] ?? .init())
    }

    private func store(_ context: RequestContext) -> CampaignStore {
        CampaignStore(rows: database.tenant(context.tenant), tenant: context.tenant)
    }

    private func queue(_ context: RequestContext) -> DialQueueStore {
        DialQueueStore(rows: database.tenant(context.tenant), tenant: context.tenant)
    }
}

extension DialEntry {
    /// Numbers as they were handed in, and what is none by its place; each number once.
    static func read(
        _ wishes: [CallsAPI.DialNumber], for campaign: Campaign, country: String
    ) -> (entries: [DialEntry], refused: [FieldError]) {
        var entries: [DialEntry] = []
        var refused: [FieldError] = []
        var seen: Set<String> = []
        for (index, wish) in wishes.enumerated() {
            guard let number = PhoneNumber(wish.number, country: country) else {
                refused.append(
                    FieldError(
                        pointer: "/numbers/\(index)/number", code: "invalid_format",
                        detail: "a telephone number expected"))
                continue
            }
            let language = wish.language.flatMap(LeadLanguage.base)
            if wish.language != nil, language == nil {
                refused.append(
                    FieldError(
                        pointer: "/numbers/\(index)/language", code: "unknown",
                        detail: "a language such as de expected"))
                continue
            }
            guard seen.insert(number.e164).inserted else { continue }
            var entry = DialEntry(number.e164)
            (entry.campaignID, entry.name, entry.leadID) = (campaign.id, wish.name, wish.leadID)
            (entry.agentID, entry.purpose, entry.language) = (wish.agentID, campaign.purpose, language)
            entry.priority = wish.priority ?? campaign.priority
            entry.notBefore = wish.notBefore ?? entry.notBefore
            entry.maxAttempts = campaign.maxAttempts
            entries.append(entry)
        }
        return (entries, refused)
    }
}
