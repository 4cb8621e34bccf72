package import JSON

/// What figures can be told apart by.
package enum FigureGroup: String, Codable, CaseIterable, Sendable {
    case agent, line, team, topic, disposition
}

/// How long each point of a series is.
package enum FigureStep: String, Codable, CaseIterable, Sendable {
    case hour, day, week, month
}

/// What people are ranked by.
package enum RankedFigure: String, Codable, CaseIterable, Sendable {
    case calls, answered, quality, sentiment
    case talkSeconds = "talk_seconds"
}

extension CallsAPI {
    /// What calls come to.
    package struct Figures: Codable, Sendable, Hashable {
        package var calls: Int
        package var inbound: Int
        package var outbound: Int
        package var `internal`: Int
        /// Calls in which people spoke.
        package var answered: Int
        /// Inbound calls in which nobody did.
        package var missed: Int
        package var voicemail: Int
        /// Seconds from start to end of all.
        package var seconds: Int
        /// Seconds in which people spoke.
        package var talkSeconds: Int
        package var positive: Int
        package var neutral: Int
        package var negative: Int
        /// The mean of -1 to 1; null where no call was analysed.
        package var sentiment: Double?
        /// The mean of 0 to 100; null where no call was rated.
        package var quality: Double?
        package var ratedCalls: Int
        package var recorded: Int
        package var transcribed: Int
        package var analysed: Int

        package init(
            calls: Int, inbound: Int, outbound: Int, internal: Int, answered: Int, missed: Int, voicemail: Int,
            seconds: Int,
            talkSeconds: Int, positive: Int, neutral: Int, negative: Int, sentiment: Double?, quality: Double?,
            ratedCalls: Int, recorded: Int, transcribed: Int, analysed: Int
        ) {
            self.calls = calls
            self.inbound = inbound
            self.outbound = outbound
            self.internal = `internal`
            self.answered = answered
            self.missed = missed
            self.voicemail = voicemail
            self.seconds = seconds
            self.talkSeconds = talkSeconds
            self.positive = positive
            self.neutral = neutral
            self.negative = negative
            self.sentiment = sentiment
            self.quality = quality
            self.ratedCalls = ratedCalls
            self.recorded = recorded
            self.transcribed = transcribed
            self.analysed = analysed
        }
    }

    /// What each figure counts, as filters of `GET /api/v1/calls` to be added to those of its row.
    package struct FigureFilter: Codable, Sendable, Hashable {
        package var figure: String
        package var query: String

        package init(figure: String, query: String) {
            self.figure = figure
            self.query = query
        }
    }

    /// Figures one after another in time.
    package struct FigureSeries: Codable, Sendable {
        package var fromDate: LocalDate
        package var toDate: LocalDate
        /// Days begin and end by it.
        package var timeZone: TimeZoneName
        package var step: FigureStep
        package var total: Figures
        package var points: [Point]
        package var figures: [FigureFilter]

        /// The figures of one step.
        package struct Point: Codable, Sendable {
            package var startsAt: Timestamp
            /// The first day of it.
            package var date: LocalDate
            package var figures: Figures
            /// The calls behind it: `GET /api/v1/calls?` with this.
            package var query: String

            package init(startsAt: Timestamp, date: LocalDate, figures: Figures, query: String) {
                self.startsAt = startsAt
                self.date = date
                self.figures = figures
                self.query = query
            }
        }

        package init(
            fromDate: LocalDate, toDate: LocalDate, timeZone: TimeZoneName, step: FigureStep, total: Figures,
            points: [Point], figures: [FigureFilter]
        ) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.timeZone = timeZone
            self.step = step
            self.total = total
            self.points = points
            self.figures = figures
        }
    }

    /// Figures side by side.
    package struct FigureGroups: Codable, Sendable {
        package var fromDate: LocalDate
        package var toDate: LocalDate
        package var timeZone: TimeZoneName
        package var by: FigureGroup
        package var data: [Row]
        package var figures: [FigureFilter]

        /// The figures of one of them.
        package struct Row: Codable, Sendable {
            /// The id, or the name where there is none; a pseudonym where people are not to be named.
            package var key: String
            package var label: String?
            package var figures: Figures
            /// The calls behind it; null where they would name somebody.
            package var query: String?

            package init(key: String, label: String?, figures: Figures, query: String?) {
                self.key = key
                self.label = label
                self.figures = figures
                self.query = query
            }
        }

        package init(
            fromDate: LocalDate, toDate: LocalDate, timeZone: TimeZoneName, by: FigureGroup, data: [Row],
            figures: [FigureFilter]
        ) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.timeZone = timeZone
            self.by = by
            self.data = data
            self.figures = figures
        }
    }

    /// Who is first.
    package struct Leaderboard: Codable, Sendable {
        package var fromDate: LocalDate
        package var toDate: LocalDate
        package var timeZone: TimeZoneName
        package var by: RankedFigure
        package var data: [Place]

        /// One person's place; equal figures share one.
        package struct Place: Codable, Sendable {
            package var rank: Int
            package var key: String
            package var isCaller: Bool
            package var figures: Figures
            package var query: String?

            package init(rank: Int, key: String, isCaller: Bool, figures: Figures, query: String?) {
                self.rank = rank
                self.key = key
                self.isCaller = isCaller
                self.figures = figures
                self.query = query
            }
        }

        package init(fromDate: LocalDate, toDate: LocalDate, timeZone: TimeZoneName, by: RankedFigure, data: [Place]) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.timeZone = timeZone
            self.by = by
            self.data = data
        }
    }

    /// When calls come, by hours of the week where the tenant is.
    package struct BusyHours: Codable, Sendable {
        package var fromDate: LocalDate
        package var toDate: LocalDate
        package var timeZone: TimeZoneName
        package var data: [Hour]

        /// One hour of the week in which there were calls.
        package struct Hour: Codable, Sendable, Hashable {
            /// 1 for Monday to 7 for Sunday.
            package var weekday: Int
            package var hour: Int
            package var calls: Int
            package var answered: Int
            package var missed: Int
            /// The calls behind it: `GET /api/v1/calls?` with this.
            package var query: String

            package init(weekday: Int, hour: Int, calls: Int, answered: Int, missed: Int, query: String) {
                self.weekday = weekday
                self.hour = hour
                self.calls = calls
                self.answered = answered
                self.missed = missed
                self.query = query
            }
        }

        package init(fromDate: LocalDate, toDate: LocalDate, timeZone: TimeZoneName, data: [Hour]) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.timeZone = timeZone
            self.data = data
        }
    }

    /// How often a report is sent.
    package enum ReportCadence: String, Codable, CaseIterable, Sendable {
        case daily, weekly, monthly
    }

    /// A report that is mailed again and again.
    package struct ReportSchedule: Codable, Sendable {
        package var id: ReportScheduleID
        package var name: String
        package var cadence: ReportCadence
        /// 0 to 23 where the tenant is.
        package var hour: Int
        /// 1 for Monday to 7 for Sunday; of weekly ones.
        package var weekday: Int?
        /// 1 to 28; of monthly ones.
        package var monthday: Int?
        /// People of the tenant who get it.
        package var recipientIDs: [UserID]
        package var filter: JSONText
        package var isPaused: Bool
        package var nextAt: Timestamp
        package var lastAt: Timestamp?
        package var createdBy: UserID
        package var version: Int64

        package init(
            id: ReportScheduleID, name: String, cadence: ReportCadence, hour: Int, weekday: Int?, monthday: Int?,
            recipientIDs: [UserID], filter: JSONText, isPaused: Bool, nextAt: Timestamp, lastAt: Timestamp?,
            createdBy: UserID, version: Int64
        ) {
            self.id = id
            self.name = name
            self.cadence = cadence
            self.hour = hour
            self.weekday = weekday
            self.monthday = monthday
            self.recipientIDs = recipientIDs
            self.filter = filter
            self.isPaused = isPaused
            self.nextAt = nextAt
            self.lastAt = lastAt
            self.createdBy = createdBy
            self.version = version
        }
    }

    /// All reports of a tenant, by name.
    package struct ReportSchedules: Codable, Sendable {
        package var data: [ReportSchedule]

        package init(data: [ReportSchedule]) {
            self.data = data
        }
    }

    /// `POST /api/v1/analytics/reports`.
    package struct PutReportSchedule: Codable, Sendable, Noted {
        package var name: String
        package var cadence: ReportCadence
        package var hour: Int
        package var weekday: Int?
        package var monthday: Int?
        package var recipientIDs: [UserID]
        package var filter: JSONText?
        package var isPaused: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What stands above it.", length: 1...100),
                .of(CodingKeys.hour, "0 to 23 where the tenant is.", range: 0...23),
                .of(CodingKeys.weekday, "1 for Monday to 7 for Sunday; of weekly ones.", range: 1...7),
                .of(CodingKeys.monthday, "1 to 28; of monthly ones.", range: 1...28),
                .of(CodingKeys.recipientIDs, "People of the tenant who get it.", count: 1...50),
                .of(CodingKeys.filter, "Which calls are counted, by the filters of `GET /api/v1/calls`."),
            ]
        }
    }
}
