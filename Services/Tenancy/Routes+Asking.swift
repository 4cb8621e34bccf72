import Clients
import Models
import Telemetry
import Web

extension RequestContext {
    /// What another service tells of a tenant; nil while it does not answer, since whoever asks works without it.
    func ask<Answer: Decodable & Sendable>(
        _ service: ServiceClient?, _ target: String, of tenant: TenantID, as answer: Answer.Type = Answer.self
    ) async -> Answer? {
        guard let service else { return nil }
        do {
            return try await service.get(target, as: answer, scope: .init(tenant: tenant, deadline: .seconds(3)))
        } catch {
            logger.warning("Another service did not answer", [.string("target", target), .error("error", error)])
            return nil
        }
    }
}
