extension CallsAPI {
    /// What one person's calls of some days come to.
    package struct Performance: Codable, Sendable {
        /// Figures of a day or of several.
        package struct Figures: Codable, Sendable {
            package var inboundCalls: Int
            package var outboundCalls: Int
            package var completedCalls: Int
            package var unansweredCalls: Int
            package var talkSeconds: Int
            /// How many calls have a quality.
            package var ratedCalls: Int
            /// The mean of 0 to 100; null when no call was rated.
            package var quality: Double?
            /// The mean of -1 to 1; null when no call was analysed.
            package var sentiment: Double?

            package init(
                inboundCalls: Int, outboundCalls: Int, completedCalls: Int, unansweredCalls: Int, talkSeconds: Int,
                ratedCalls: Int, quality: Double?, sentiment: Double?
            ) {
                self.inboundCalls = inboundCalls
                self.outboundCalls = outboundCalls
                self.completedCalls = completedCalls
                self.unansweredCalls = unansweredCalls
                self.talkSeconds = talkSeconds
                self.ratedCalls = ratedCalls
                self.quality = quality
                self.sentiment = sentiment
            }
        }

        /// One day on which there were calls.
        package struct Day: Codable, Sendable {
            package var date: LocalDate
            package var figures: Figures
            /// The calls behind it: `GET /api/v1/calls?` with this.
            package var query: String

            package init(date: LocalDate, figures: Figures, query: String) {
                self.date = date
                self.figures = figures
                self.query = query
            }
        }

        package var userID: UserID
        package var fromDate: LocalDate
        package var toDate: LocalDate
        package var total: Figures
        /// By the tenant's time zone, oldest first.
        package var days: [Day]
        /// The calls behind the total: `GET /api/v1/calls?` with this.
        package var query: String

        package init(
            userID: UserID, fromDate: LocalDate, toDate: LocalDate, total: Figures, days: [Day], query: String
        ) {
            self.userID = userID
            self.fromDate = fromDate
            self.toDate = toDate
            self.total = total
            self.days = days
            self.query = query
        }
    }
}
