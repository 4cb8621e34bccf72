import Models

/// What a list of people can be narrowed by.
struct UserFilter: Codable, Sendable {
    /// A part of the name or the address, in any case.
    var search: String?
    var role: [Role]?
    var status: UserStatus?
    /// One of the person's skills, in any case.
    var skill: String?
    /// A language that the person speaks.
    var language: String?
    /// A ZIP code in the person's territory.
    var zip: String?
    /// True shows the bin, false or nothing everybody else.
    var deleted: Bool?
}

/// Which people a caller may see at all; part of the `WHERE` of every list.
struct UserReach: Sendable {
    /// The one person who is seen; nil for the whole organisation.
    var userID: UserID?
}

/// The order of a list of people; the id breaks ties.
struct UserOrder: Sendable {
    enum Key: String, Sendable {
        case createdAt = "created_at"
        case name, email
        case lastSignInAt = "last_sign_in_at"
    }

    var key: Key
    var isDescending: Bool
}
