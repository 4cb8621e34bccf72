import HTTP
import Models

/// Which types a request's body may have; what the service accepts of them is its own rule.
enum BodyTypes {
    /// Rows of the route table that take more than JSON.
    private static let more: [String: [String]] = {
        let text = """
            /api/v1/mail/**       multipart/form-data
            /api/v1/chat/**       multipart/form-data
            /api/v1/templates/**  multipart/form-data
            /api/v1/leads/**      multipart/form-data text/csv
            /api/v1/customers/**  multipart/form-data text/csv
            /api/v1/deals/**      multipart/form-data text/csv
            /api/v1/calls/**      multipart/form-data text/csv
            """
        var rows: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            rows[words[0]] = Array(words.dropFirst())
        }
        return rows
    }()

    /// The templates of `more`, for the test that each is a row of the table.
    static var templates: [String] { more.keys.sorted() }

    /// 415 for a body of a type that the route does not take, and for one that is compressed.
    static func check(_ visit: Visit, _ route: DoorRoute) throws(Failure) {
        guard visit.request.body.declaredLength != 0 else { return }
        let request = visit.request
        // What a provider signed is kept as it came.
        if route.kind != .hook, let coding = request.headers["content-encoding"], coding.lowercased() != "identity" {
            throw Failure(.unsupportedMediaType, headers: [("Accept-Encoding", "identity")])
        }
        switch route.kind {
        case .api, .signIn, .visitor: break
        case .transfer, .stream, .hook, .document: return
        }
        let type = request.headers["content-type"] ?? ""
        if type == "application/json" { return }
        guard request.headers.count(of: "content-type") < 2, isAccepted(type, route) else {
            let accepted = ["application/json"] + (more[route.template] ?? [])
            throw Failure(.unsupportedMediaType, headers: [("Accept", accepted.joined(separator: ", "))])
        }
    }

    private static func isAccepted(_ contentType: String, _ route: DoorRoute) -> Bool {
        let type = contentType.prefix { $0 != ";" && $0 != " " && $0 != "\t" }.lowercased()
        if type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json") { return true }
        return more[route.template]?.contains(type) ?? false
    }
}
