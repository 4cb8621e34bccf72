/// Whether somebody takes calls.
package enum AgentPresence: String, Codable, CaseIterable, Sendable {
    case available, busy, away, offline
}

/// What an assignment goes by, the weightiest first.
package enum AssignmentReason: String, Codable, CaseIterable, Sendable {
    case availability, skills, language, territory, load
    case roundRobin = "round_robin"
    /// There is nobody at all, or nobody who is available and meets what must be met.
    case nobody
}
