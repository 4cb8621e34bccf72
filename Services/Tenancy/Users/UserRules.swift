import Auth
import Models

/// Who may do what to whom among the people of a tenant, beyond what permissions say.
enum UserRules {
    /// What is an owner's is for owners alone: an admin, or a key, could otherwise take the tenant over.
    static func check(_ caller: Principal, over role: Role) throws(Failure) {
        guard role != .owner || caller.user?.role == .owner else {
            throw Failure(.forbidden, "Only an owner may do this to an owner.")
        }
    }

    /// What ends somebody's access is done by somebody else, so that it is never an accident.
    static func checkOther(_ caller: Principal, _ id: UserID) throws(Failure) {
        guard caller.user?.userID != id else {
            throw Failure(.conflict, "Somebody else has to do this to you.")
        }
    }
}
