package import JSON

extension CallsAPI {
    /// What an engine used for one stage of a call.
    package struct Usage: Codable, Sendable {
        package var id: UsageID
        package var callID: CallID
        package var stage: UsageStage
        package var engine: String
        package var model: String
        /// Whether a result came of it; refused answers cost too.
        package var isSuccess: Bool
        package var requests: Int
        package var audioSeconds: Double
        package var inputTokens: Int
        package var cachedInputTokens: Int
        package var outputTokens: Int
        /// How long the stage took.
        package var elapsedSeconds: Double
        /// Millionths of a US dollar.
        package var costMicros: Int64
        package var costBasis: CostBasis
        package var usedAt: Timestamp

        package init(
            id: UsageID, callID: CallID, stage: UsageStage, engine: String, model: String, isSuccess: Bool,
            requests: Int, audioSeconds: Double, inputTokens: Int, cachedInputTokens: Int, outputTokens: Int,
            elapsedSeconds: Double, costMicros: Int64, costBasis: CostBasis, usedAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.stage = stage
            self.engine = engine
            self.model = model
            self.isSuccess = isSuccess
            self.requests = requests
            self.audioSeconds = audioSeconds
            self.inputTokens = inputTokens
            self.cachedInputTokens = cachedInputTokens
            self.outputTokens = outputTokens
            self.elapsedSeconds = elapsedSeconds
            self.costMicros = costMicros
            self.costBasis = costBasis
            self.usedAt = usedAt
        }
    }

    /// What carriers have charged in one currency.
    package struct CarrierCost: Codable, Sendable, Hashable {
        /// The same as of the costs of engines; null where these are by something that carriers do not know.
        package var key: String?
        package var currency: String
        /// Millionths of the currency's unit.
        package var costMicros: Int64
        /// Ends of calls that have a price.
        package var ends: Int

        package init(key: String?, currency: String, costMicros: Int64, ends: Int) {
            self.key = key
            self.currency = currency
            self.costMicros = costMicros
            self.ends = ends
        }
    }

    /// What one call has cost.
    package struct CallCosts: Codable, Sendable {
        package var callID: CallID
        /// Of engines, in millionths of a US dollar.
        package var costMicros: Int64
        package var data: [Usage]
        /// Of the call itself, by currency; carriers say it some time after the end.
        package var carrier: [CarrierCost]

        package init(callID: CallID, costMicros: Int64, data: [Usage], carrier: [CarrierCost]) {
            self.callID = callID
            self.costMicros = costMicros
            self.data = data
            self.carrier = carrier
        }
    }

    /// By what costs are added up.
    package enum CostGrouping: String, Codable, CaseIterable, Sendable {
        case day, agent, stage, engine
    }

    /// The costs of one day, agent, stage or engine.
    package struct CostGroup: Codable, Sendable {
        /// A date, an agent's id, a stage or an engine; null for calls without an agent.
        package var key: String?
        package var uses: Int
        package var audioSeconds: Double
        package var inputTokens: Int64
        package var outputTokens: Int64
        /// Millionths of a US dollar.
        package var costMicros: Int64

        package init(
            key: String?, uses: Int, audioSeconds: Double, inputTokens: Int64, outputTokens: Int64, costMicros: Int64
        ) {
            self.key = key
            self.uses = uses
            self.audioSeconds = audioSeconds
            self.inputTokens = inputTokens
            self.outputTokens = outputTokens
            self.costMicros = costMicros
        }
    }

    /// What a tenant may spend in a month, and has.
    package struct Budget: Codable, Sendable {
        /// The UTC month's first day.
        package var month: LocalDate
        /// Millionths of a US dollar; null without a limit.
        package var limitMicros: Int64?
        package var spentMicros: Int64
        package var isReached: Bool
        /// Calls that wait for it.
        package var heldCalls: Int

        package init(month: LocalDate, limitMicros: Int64?, spentMicros: Int64, isReached: Bool, heldCalls: Int) {
            self.month = month
            self.limitMicros = limitMicros
            self.spentMicros = spentMicros
            self.isReached = isReached
            self.heldCalls = heldCalls
        }
    }

    /// What engines have cost in some days of the tenant's time zone.
    package struct Costs: Codable, Sendable {
        package var fromDate: LocalDate
        package var toDate: LocalDate
        package var budget: Budget
        /// Millionths of a US dollar.
        package var costMicros: Int64
        package var data: [CostGroup]
        /// What carriers have charged in the same days: by day or agent too, else in one sum a currency.
        package var carrier: [CarrierCost]

        package init(
            fromDate: LocalDate, toDate: LocalDate, budget: Budget, costMicros: Int64, data: [CostGroup],
            carrier: [CarrierCost]
        ) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.budget = budget
            self.costMicros = costMicros
            self.data = data
            self.carrier = carrier
        }
    }

    /// `POST /api/v1/calls/estimates`.
    package struct EstimateCosts: Codable, Sendable, Noted {
        package var callIDs: [CallID]?
        package var calls: Int?
        package var audioSeconds: Double?
        package var stages: [UsageStage]
        package var engine: EngineChoice?

        package static var notes: [Note] {
            [
                .of(CodingKeys.callIDs, "The calls of the action.", count: 1...1000),
                .of(CodingKeys.calls, "How many calls, where they are not there yet.", range: 1...10_000_000),
                .of(CodingKeys.audioSeconds, "Their length together; five minutes each when left out."),
                .of(CodingKeys.stages, "What is to be done.", count: 1...2),
                .of(CodingKeys.engine, "By which engine; the tenant's own when left out."),
            ]
        }
    }

    /// What an action would cost.
    package struct CostEstimate: Codable, Sendable {
        package var calls: Int
        package var audioSeconds: Double
        /// Millionths of a US dollar.
        package var costMicros: Int64
        package var costBasis: CostBasis
        /// Null without a limit.
        package var budgetLeftMicros: Int64?
        package var exceedsBudget: Bool

        package init(
            calls: Int, audioSeconds: Double, costMicros: Int64, costBasis: CostBasis, budgetLeftMicros: Int64?,
            exceedsBudget: Bool
        ) {
            self.calls = calls
            self.audioSeconds = audioSeconds
            self.costMicros = costMicros
            self.costBasis = costBasis
            self.budgetLeftMicros = budgetLeftMicros
            self.exceedsBudget = exceedsBudget
        }
    }
}
