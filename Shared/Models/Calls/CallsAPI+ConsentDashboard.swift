extension CallsAPI {
    /// How a tenant stands with those whom it contacts, over some days.
    package struct ConsentDashboard: Codable, Sendable {
        /// How many consents of a type stand where.
        package struct Consents: Codable, Sendable {
            package var type: String
            package var granted: Int
            package var revoked: Int
            package var expired: Int

            package init(type: String, granted: Int, revoked: Int, expired: Int) {
                self.type = type
                self.granted = granted
                self.revoked = revoked
                self.expired = expired
            }
        }

        /// How many were taken back in which way.
        package struct Revocations: Codable, Sendable {
            package var method: String
            package var count: Int

            package init(method: String, count: Int) {
                self.method = method
                self.count = count
            }
        }

        /// How many contacts were refused or put off for which reason.
        package struct Refusals: Codable, Sendable {
            package var reason: String
            package var count: Int

            package init(reason: String, count: Int) {
                self.reason = reason
                self.count = count
            }
        }

        /// What decisions came to on a day of the tenant.
        package struct Day: Codable, Sendable {
            package var day: LocalDate
            package var allowed: Int
            package var refused: Int
            package var deferred: Int

            package init(day: LocalDate, allowed: Int, refused: Int, deferred: Int) {
                self.day = day
                self.allowed = allowed
                self.refused = refused
                self.deferred = deferred
            }
        }

        package var fromDate: LocalDate
        package var toDate: LocalDate
        /// As it is now.
        package var consents: [Consents]
        /// As it is now.
        package var doNotCall: Int
        package var platformDoNotCall: Int
        package var revocations: [Revocations]
        package var refusals: [Refusals]
        package var days: [Day]
        /// What the tenant has spent in its present day, in the currency of its costs; null when nothing was.
        package var spentToday: Money?
        package var stopped: Bool

        package init(
            fromDate: LocalDate, toDate: LocalDate, consents: [Consents], doNotCall: Int, platformDoNotCall: Int,
            revocations: [Revocations], refusals: [Refusals], days: [Day], spentToday: Money?, stopped: Bool
        ) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.consents = consents
            self.doNotCall = doNotCall
            self.platformDoNotCall = platformDoNotCall
            self.revocations = revocations
            self.refusals = refusals
            self.days = days
            self.spentToday = spentToday
            self.stopped = stopped
        }
    }
}
