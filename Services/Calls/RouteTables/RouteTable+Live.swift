import Models
import Web

extension RouteTable {
    /// Calls that run.
    static func live(_ live: LiveRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/live", "stream_call", .permission(.callsReadAll, or: .callsReadOwn),
                "What is said in a call while it runs, as server-sent events; goes on after Last-Event-ID", live.stream,
                .contentTypes(["text/event-stream"]), .failures([.unavailable])),
            .post(
                "/api/v1/calls/{id}/live", "tell_call", .permission(.callsWrite),
                "Tell what is said in a call while it runs: words that may change, words that stay, tones", live.tell),
        ]
    }
}
