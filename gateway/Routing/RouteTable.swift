import Models

/// The gateway's one screen of routes; the most specific row of a path counts.
///
/// Services' `/internal` listeners are in no table here, so nothing that comes in can reach them.
enum RouteTable {
    /// A path's template, the service that answers it, the kind of traffic, the largest body, and how many seconds the service
    /// may take to begin its answer.
    private static let text = """
        /.well-known/jwks.json            tenancy    document  0    35
        /api/v1/auth/**                   tenancy    sign-in   64k  35
        /api/v1/users/**                  tenancy    api       1m   35
        /api/v1/invitations/**            tenancy    api       1m   35
        /api/v1/api-keys/**               tenancy    api       1m   35
        /api/v1/service-accounts/**       tenancy    api       1m   35
        /api/v1/settings/**               tenancy    api       1m   35
        /api/v1/connections/**            tenancy    api       1m   35
        /api/v1/audit/**                  tenancy    api       1m   35
        /api/v1/domains/**                tenancy    api       64k  35
        /api/v1/erasures/**               tenancy    api       64k  35
        /api/v1/exports/**                tenancy    api       64k  35
        /api/v1/exports/*/archive         tenancy    transfer  0    60
        /api/v1/onboarding/**             tenancy    api       1m   35
        /api/v1/setup-requests/**         tenancy    sign-in   64k  35
        /api/v1/calls/**                  calls      api       1m   35
        /api/v1/calls/*/recording         calls      transfer  2g   600
        /api/v1/calls/*/recordings/*      calls      transfer  0    60
        /api/v1/calls/imports/**          calls      transfer  64m  600
        /api/v1/calls/shared/*/audio      calls      transfer  0    60
        /api/v1/recordings/**             calls      transfer  2g   600
        /api/v1/dialer/**                 calls      api       1m   35
        /api/v1/consent/**                calls      api       1m   35
        /api/v1/consent/do-not-call/imports/**  calls  transfer  128m  600
        /api/v1/analytics/**              calls      api       1m   35
        /api/v1/lines/**                  calls      api       1m   35
        /api/v1/widgets/**                sessions   visitor   1m   35
        /api/v1/sessions/**               sessions   api       1m   35
        /api/v1/sales-people/**           sessions   api       1m   35
        /api/v1/leads/**                  sessions   api       1m   35
        /api/v1/customers/**              sessions   api       1m   35
        /api/v1/deals/**                  sessions   api       1m   35
        /api/v1/activities/**             sessions   api       1m   35
        /api/v1/chat/**                   messaging  visitor   1m   35
        /api/v1/video/**                  messaging  visitor   1m   35
        /api/v1/mail/**                   messaging  api       32m  60
        /api/v1/templates/**              messaging  api       1m   35
        /api/v1/sequences/**              messaging  api       1m   35
        /api/v1/notifications/**          messaging  api       1m   35
        /api/v1/webhooks/**               messaging  api       1m   35
        /api/v1/events/**                 messaging  stream    0    35
        /api/v1/social/**                 messaging  api       1m   35
        /api/v1/realtime/**               messaging  stream    0    35
        /api/v1/appointments/**           calendar   api       1m   35
        /api/v1/availability/**           calendar   visitor   1m   35
        /api/v1/booking/**                calendar   visitor   1m   35
        /api/v1/plans/**                  billing    api       1m   35
        /api/v1/subscriptions/**          billing    api       1m   35
        /api/v1/invoices/**               billing    api       1m   35
        /api/v1/usage/**                  billing    api       1m   35
        /api/v1/platform/tenants/**       tenancy    api       1m   35
        /api/v1/platform/stats/**         tenancy    api       0    35
        /api/v1/platform/settings/**      tenancy    api       1m   35
        /api/v1/platform/signing-keys/**  tenancy    api       1m   35
        /api/v1/platform/audit/**         tenancy    api       1m   35
        /api/v1/platform/erasures/**      tenancy    api       64k  35
        /api/v1/platform/exports/**       tenancy    api       64k  35
        /api/v1/platform/exports/*/archive  tenancy  transfer  0    60
        /api/v1/platform/setup-requests/**  tenancy  api       1m   35
        /api/v1/platform/super-admins/**  tenancy    api       1m   35
        /api/v1/platform/queues/**        calls      api       1m   35
        /api/v1/platform/costs/**         calls      api       0    35
        /api/v1/platform/do-not-call/**   calls      api       1m   35
        /api/v1/platform/do-not-call/imports/**  calls  transfer  128m  600
        /api/v1/platform/plans/**         billing    api       1m   35
        /api/v1/platform/revenue/**       billing    api       1m   35
        /hooks/tenancy/*/*/**             tenancy    hook      1m   20
        /hooks/calls/*/*/**               calls      hook      1m   20
        /hooks/sessions/*/*/**            sessions   hook      1m   20
        /hooks/messaging/*/*/**           messaging  hook      1m   20
        /hooks/calendar/*/*/**            calendar   hook      1m   20
        /hooks/billing/*/*/**             billing    hook      1m   20
        """

    /// Every row, in the table's order.
    static let rows: [DoorRoute] = text.split(separator: "\n").enumerated().compactMap { row($1, $0) }

    /// The rows by the segment that tells most of them apart: the one behind the prefix that many share.
    private static let groups: [[RouteGroup]] = {
        var groups: [RouteGroup] = []
        for row in rows {
            let name = row.withBytes { Array(key(of: $0)) }
            if let known = groups.firstIndex(where: { $0.name == name }) {
                groups[known].rows.append(row)
            } else {
                groups.append(RouteGroup(name: name, rows: [row]))
            }
        }
        var places = [[RouteGroup]](repeating: [], count: placeCount)
        for var group in groups {
            // Longer templates first; of equal length the one with fewer wildcards, which sorts behind `*`.
            group.rows.sort { ($0.segments.count, $0.template) > ($1.segments.count, $1.template) }
            places[group.name.withUnsafeBufferPointer(place)].append(group)
        }
        return places
    }()

    private static let placeCount = 64

    /// Where a group is looked for: by its name's length and both ends, which tell nearly all of them apart.
    private static func place(of name: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = name.first, let last = name.last else { return 0 }
        return (Int(first) &* 5 &+ Int(last) &* 3 &+ name.count) & (placeCount - 1)
    }

    /// The route of a normalised path; nil for a path that no service has.
    static func route(for path: NormalisedPath) -> DoorRoute? {
        path.withBytes { bytes in
            let key = key(of: bytes)
            for group in groups[place(of: key)] where group.isNamed(key) {
                return group.rows.first { $0.matches(bytes, count: path.count) }
            }
            return nil
        }
    }

    /// `calls` of `/api/v1/calls/...`, `tenants` of `/api/v1/platform/tenants/...`, otherwise the second segment.
    private static func key(of path: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let first = path.segment(from: 1)
        let second = path.segment(from: 2 + first.count)
        guard first.isWord("api"), second.isWord("v1") else { return second }
        let start = 3 + first.count + second.count
        let third = path.segment(from: start)
        return third.isWord("platform") ? path.segment(from: start + third.count + 1) : third
    }

    private static func row(_ line: Substring, _ index: Int) -> DoorRoute? {
        let words = line.split(separator: " ")
        guard words.count == 5, let service = ServiceName(rawValue: String(words[1])),
            let kind = RouteKind(rawValue: String(words[2])), let limit = bytes(words[3]), let seconds = Int(words[4])
        else { return nil }
        return DoorRoute(
            template: String(words[0]), index: index, service: service, kind: kind, bodyLimit: limit,
            patience: .seconds(seconds))
    }

    private static func bytes(_ word: Substring) -> Int64? {
        switch word.last {
        case "k": Int64(word.dropLast()).map { $0 << 10 }
        case "m": Int64(word.dropLast()).map { $0 << 20 }
        case "g": Int64(word.dropLast()).map { $0 << 30 }
        default: Int64(word)
        }
    }

    /// The number of lines of the table; a row that could not be read would be missing in `rows`.
    static var lineCount: Int { text.split(separator: "\n").count }
}

/// The rows of a table that share the segment which tells most of them apart.
private struct RouteGroup: Sendable {
    let name: [UInt8]
    var rows: [DoorRoute]

    func isNamed(_ key: UnsafeBufferPointer<UInt8>) -> Bool { name.withUnsafeBufferPointer { $0.equals(key) } }
}
