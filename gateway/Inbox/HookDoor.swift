import HTTP
import IO
import Models
import ServiceKit

/// Answers the hooks of providers: those that tell something once they are in the inbox, those that ask with their
/// service's answer.
///
/// Confined to its loop.
final class HookDoor: @unchecked Sendable {
    private let intake: HookIntake
    private let asking: HookAsking

    init(intake: HookIntake, asking: HookAsking) {
        self.intake = intake
        self.asking = asking
    }

    /// The door of one loop of the gateway.
    convenience init(_ seat: ServiceSeat<GatewayConfiguration>, _ store: InboxStore, _ forwarder: Forwarder) {
        self.init(
            intake: HookIntake(store: store, loop: seat.loop, logger: seat.logger, metrics: seat.metrics),
            asking: HookAsking(forwarder: forwarder, loop: seat.loop))
    }

    /// The answer to a request whose route is a hook's and whose tenant is known.
    func answer(_ visit: Visit, _ path: NormalisedPath, _ route: DoorRoute, _ tenant: TenantID) async throws
        -> HTTPResponse
    {
        guard let address = HookAddress(path, service: route.service) else { throw Failure(.notFound) }
        let request = visit.request
        let ask = HookTable.ask(
            service: address.service, provider: address.provider, rest: address.rest, isGet: request.method == .get,
            query: request.query)
        if let ask { return try await asking.answer(visit, ask, route, tenant) }
        let tell = HookTable.tell(provider: address.provider)
        guard [.post, .put].contains(request.method) || (tell.takesGet && request.method == .get) else {
            throw Failure(.methodNotAllowed, headers: [("Allow", tell.takesGet ? "GET, POST, PUT" : "POST, PUT")])
        }
        try await take(visit, address, tell, route, tenant)
        return HTTPResponse(status: tell.status, headers: ["Cache-Control": "no-store"])
    }

    private func take(
        _ visit: Visit, _ address: HookAddress, _ tell: HookTell, _ route: DoorRoute, _ tenant: TenantID
    ) async throws {
        let request = visit.request
        let limit = Int(route.bodyLimit)
        let room = min(limit, Int(request.body.declaredLength ?? route.bodyLimit))
        try intake.reserve(room)
        defer { intake.release(room) }
        let body = try await request.body.collect(upTo: limit)
        let headers = HeaderHygiene.forwarded(request.headers)
        try await intake.take(
            ReceivedHook(
                id: HookID(visit.requestID.uuid), tenant: tenant, address: address,
                content: HookContent(
                    method: request.method.rawValue, target: request.target, scheme: visit.scheme, host: visit.host,
                    clientAddress: visit.clientAddress, headers: headers.lines, body: body),
                identity: HookIdentity(
                    tell, method: request.method, target: request.target, headers: headers, body: body)))
    }
}
