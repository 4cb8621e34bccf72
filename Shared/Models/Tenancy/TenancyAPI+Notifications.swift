package import JSON

extension TenancyAPI {
    /// What a person is told, and how; every event is there.
    package struct NotificationPreferences: Codable, Sendable {
        /// One event.
        package struct Preference: Codable, Sendable {
            package var event: NotificationEvent
            package var channels: [NotificationChannel]
            /// Whether the person has not said otherwise.
            package var isStandard: Bool

            package init(event: NotificationEvent, channels: [NotificationChannel], isStandard: Bool) {
                self.event = event
                self.channels = channels
                self.isStandard = isStandard
            }
        }

        package var events: [Preference]

        package init(events: [Preference]) { self.events = events }
    }

    /// `PUT /api/v1/users/me/notification-preferences`: what is not named goes back to the standard.
    package struct SetNotificationPreferences: Codable, Sendable, Noted {
        /// One event.
        package struct Preference: Codable, Sendable, Noted {
            package var event: NotificationEvent
            package var channels: [NotificationChannel]

            package static var notes: [Note] {
                [.of(CodingKeys.channels, "In which ways; none to be told nothing.", count: 0...4)]
            }
        }

        package var events: [Preference]

        package static var notes: [Note] {
            [.of(CodingKeys.events, "Each event at most once.", count: 0...50)]
        }
    }
}
