package import JSON

extension CallsAPI {
    /// A list of calls that somebody wants to see again.
    package struct View: Codable, Sendable {
        package var id: CallViewID
        package var name: String
        /// The filters of `GET /api/v1/calls` by their names.
        package var filter: JSONText
        /// As `sort=` takes it.
        package var sort: String
        /// Whether everybody of the tenant has it.
        package var isShared: Bool
        package var ownerID: UserID
        package var version: Int64
        package var createdAt: Timestamp

        package init(
            id: CallViewID, name: String, filter: JSONText, sort: String, isShared: Bool, ownerID: UserID,
            version: Int64, createdAt: Timestamp
        ) {
            self.id = id
            self.name = name
            self.filter = filter
            self.sort = sort
            self.isShared = isShared
            self.ownerID = ownerID
            self.version = version
            self.createdAt = createdAt
        }
    }

    /// One's own views and those that are shared, by name.
    package struct Views: Codable, Sendable {
        package var data: [View]

        package init(data: [View]) {
            self.data = data
        }
    }

    /// `POST /api/v1/calls/views`.
    package struct CreateView: Codable, Sendable, Noted {
        package var name: String
        package var filter: JSONText
        package var sort: String?
        package var isShared: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "As it stands in the list of views.", length: 1...80),
                .of(CodingKeys.filter, "The filters of `GET /api/v1/calls` by their names; lists as arrays."),
                .of(CodingKeys.isShared, "For everybody of the tenant; default false."),
            ]
        }
    }

    /// `PATCH /api/v1/calls/views/{id}`: what is left out stays.
    package struct UpdateView: Codable, Sendable, Noted {
        package var name: String?
        package var filter: JSONText?
        package var sort: String?
        package var isShared: Bool?

        package static var notes: [Note] {
            [.of(CodingKeys.name, "As it stands in the list of views.", length: 1...80)]
        }
    }

    /// What people make of a call, beside what the analysis made of it.
    package struct Scorecard: Codable, Sendable, Hashable {
        package var id: ScorecardID
        package var callID: CallID
        package var scorerID: UserID
        /// The mean of the categories, 0 to 100.
        package var score: Int
        package var categories: [ScoredCategory]
        package var comment: String?
        package var version: Int64
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: ScorecardID, callID: CallID, scorerID: UserID, score: Int, categories: [ScoredCategory],
            comment: String?, version: Int64, createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.scorerID = scorerID
            self.score = score
            self.categories = categories
            self.comment = comment
            self.version = version
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// A category of a scorecard.
    package struct ScoredCategory: Codable, Sendable, Hashable, Noted {
        package var key: String
        package var score: Int
        package var comment: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.key, "A category of the rubric, or another.", length: 1...60),
                .of(CodingKeys.score, "0 to 100.", range: 0...100),
                .of(CodingKeys.comment, "Why.", length: 0...1000),
            ]
        }

        package init(key: String, score: Int, comment: String?) {
            self.key = key
            self.score = score
            self.comment = comment
        }
    }

    /// The scorecards of a call, beside the score of its analysis.
    package struct Scorecards: Codable, Sendable {
        package var data: [Scorecard]
        /// What the analysis made of it; null where it could not say.
        package var analysisScore: Int?

        package init(data: [Scorecard], analysisScore: Int?) {
            self.data = data
            self.analysisScore = analysisScore
        }
    }

    /// `PUT /api/v1/calls/{id}/scorecard`: one's own.
    package struct PutScorecard: Codable, Sendable, Noted {
        package var categories: [ScoredCategory]
        package var comment: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.categories, "Each key once.", count: 1...30),
                .of(CodingKeys.comment, "What else there is to say.", length: 0...4000),
            ]
        }
    }

    /// Calls, or parts of them, that are worth hearing one after another.
    package struct Playlist: Codable, Sendable {
        package var id: PlaylistID
        package var name: String
        package var description: String?
        package var isShared: Bool
        package var ownerID: UserID
        package var items: [PlaylistItem]
        package var version: Int64
        package var createdAt: Timestamp

        package init(
            id: PlaylistID, name: String, description: String?, isShared: Bool, ownerID: UserID, items: [PlaylistItem],
            version: Int64, createdAt: Timestamp
        ) {
            self.id = id
            self.name = name
            self.description = description
            self.isShared = isShared
            self.ownerID = ownerID
            self.items = items
            self.version = version
            self.createdAt = createdAt
        }
    }

    /// One's own playlists and those that are shared, by name.
    package struct Playlists: Codable, Sendable {
        package var data: [Playlist]

        package init(data: [Playlist]) {
            self.data = data
        }
    }

    /// One entry of a playlist.
    package struct PlaylistItem: Codable, Sendable, Hashable {
        package var id: PlaylistItemID
        package var callID: CallID
        package var title: String?
        /// Where it begins; the call's beginning when null.
        package var startSeconds: Double?
        package var endSeconds: Double?

        package init(id: PlaylistItemID, callID: CallID, title: String?, startSeconds: Double?, endSeconds: Double?) {
            self.id = id
            self.callID = callID
            self.title = title
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
        }
    }

    /// `POST /api/v1/calls/playlists`.
    package struct CreatePlaylist: Codable, Sendable, Noted {
        package var name: String
        package var description: String?
        package var isShared: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What it is about.", length: 1...80),
                .of(CodingKeys.description, "What there is to learn.", length: 0...2000),
            ]
        }
    }

    /// `PATCH /api/v1/calls/playlists/{id}`: what is left out stays.
    package struct UpdatePlaylist: Codable, Sendable, Noted {
        package var name: String?
        package var description: Patch<String>
        package var isShared: Bool?
        /// The entries in their new order; those that are left out go.
        package var itemIDs: [PlaylistItemID]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What it is about.", length: 1...80),
                .of(CodingKeys.description, "What there is to learn; null for nothing.", length: 0...2000),
                .of(CodingKeys.itemIDs, "The entries in their new order; those that are left out go.", count: 0...500),
            ]
        }
    }

    /// `POST /api/v1/calls/playlists/{id}/items`.
    package struct AddPlaylistItem: Codable, Sendable, Noted {
        package var callID: CallID
        package var title: String?
        package var startSeconds: Double?
        package var endSeconds: Double?

        package static var notes: [Note] {
            [
                .of(CodingKeys.title, "What to listen for.", length: 0...200),
                .of(CodingKeys.startSeconds, "Where it begins.", range: 0...86_400),
                .of(CodingKeys.endSeconds, "Where it ends.", range: 0...86_400),
            ]
        }
    }
}
