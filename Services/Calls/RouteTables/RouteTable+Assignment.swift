import Models
import Web

extension RouteTable {
    /// Who gets a call, and who takes calls now.
    static func assignment(_ assignments: AssignmentRoutes, _ agents: AgentRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/assignments", "list_assignments", .permission(.callsReadAll, or: .callsReadOwn),
                "Who was given which call, and why", assignments.list),
            .post(
                "/api/v1/calls/assignments", "create_assignment", .permission(.assignmentsWrite),
                "Choose somebody by territory, availability, language, skills, load and turn", assignments.create,
                .idempotent),
            .post(
                "/api/v1/calls/assignments/preview", "preview_assignment", .permission(.assignmentsWrite),
                "Who would be chosen now, and why", assignments.preview),
            .get(
                "/api/v1/calls/agents", "list_call_agents", .permission(.callsReadAll, or: .callsReadOwn),
                "Who can be given calls, and whether they take them now", agents.list),
            .get(
                "/api/v1/calls/agents/{id}", "get_call_agent", .permission(.callsReadAll, or: .callsReadOwn),
                "One of them", agents.get),
            .put(
                "/api/v1/calls/agents/{id}/availability", "set_agent_availability",
                .permission(.callsWrite), "Say whether somebody takes calls, and in which hours",
                agents.setAvailability, .audited),
        ]
    }

    /// What calendar tells.
    static func assignmentInternal(_ agents: AgentRoutes) -> [Route] {
        [
            .put(
                "/internal/agents/{id}/busy", "put_agent_busy", .service(.busyReport),
                "Say when somebody has an appointment", agents.putBusy)
        ]
    }
}
