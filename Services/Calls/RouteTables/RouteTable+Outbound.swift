import Events
import HTTP
import Models
import Web

extension RouteTable {
    /// Placing and steering calls, the dialer, and who is called back.
    static func outbound(_ routes: OutboundRoutes) -> [Route] {
        calling(routes.dial, routes.settings, routes.wrapUp) + dialer(routes.campaigns, routes.sessions)
            + callbacks(routes.callbacks) + hooks(routes.hooks, routes)
    }

    private static func calling(
        _ dial: DialRoutes, _ settings: VoiceSettingsRoutes, _ wrapUp: CallWrapUp
    ) -> [Route] {
        [
            .post(
                "/api/v1/calls/dial", "dial_call", .user, "Call a number: one's own phone rings first", dial.dial,
                .idempotent, .notWhileImpersonating, .failures([.conflict, .contactRefused, .unavailable])),
            .get(
                "/api/v1/calls/{id}/participants", "list_call_participants",
                .permission(.callsReadAll, or: .callsReadOwn), "The ends of a call that is steered here",
                dial.participants),
            .post(
                "/api/v1/calls/{id}/participants", "add_call_participant", .permission(.callsWrite),
                "Ring somebody else into a call", dial.add, .idempotent, .notWhileImpersonating,
                .failures([.conflict])),
            .patch(
                "/api/v1/calls/{id}/participants/{participant_id}", "update_call_participant",
                .permission(.callsWrite), "Mute an end of a call, or put it on hold", dial.update,
                .failures([.conflict])),
            .delete(
                "/api/v1/calls/{id}/participants/{participant_id}", "remove_call_participant",
                .permission(.callsWrite), "Take an end out of a call", dial.remove, .failures([.conflict])),
            .post(
                "/api/v1/calls/{id}/transfer", "transfer_call", .permission(.callsWrite),
                "Give a call to somebody else, who replaces the agent", dial.transfer, .idempotent,
                .notWhileImpersonating, .failures([.conflict])),
            .post(
                "/api/v1/calls/{id}/hang-up", "hang_up_call", .permission(.callsWrite), "End a call for everybody",
                dial.hangUp, .failures([.conflict])),
            .post(
                "/api/v1/calls/{id}/recording/pause", "pause_call_recording", .permission(.callsWrite),
                "Have the recording hear nothing for a while; the gap is marked", dial.pause,
                .failures([.conflict])),
            .post(
                "/api/v1/calls/{id}/recording/resume", "resume_call_recording", .permission(.callsWrite),
                "Have the recording hear the call again", dial.resume, .failures([.conflict])),
            .post(
                "/api/v1/calls/{id}/wrap-up", "wrap_up_call", .permission(.callsWrite),
                "Say what a call came to, and when to call again", wrapUp.finish, .idempotent,
                .failures([.conflict])),
            .get(
                "/api/v1/dialer/settings", "get_own_voice_settings", .user, "How one calls and is called",
                settings.getOwn),
            .patch(
                "/api/v1/dialer/settings", "update_own_voice_settings", .user, "Change how one calls and is called",
                settings.updateOwn, .failures([.conflict, .unavailable]), .audited),
            .get(
                "/api/v1/dialer/settings/{id}", "get_voice_settings", .permission(.settingsRead),
                "How somebody calls and is called", settings.getOther, .failures([.unavailable])),
            .patch(
                "/api/v1/dialer/settings/{id}", "update_voice_settings", .permission(.settingsWrite),
                "Change how somebody calls and is called", settings.updateOther,
                .failures([.conflict, .unavailable]), .audited),
            .post(
                "/api/v1/dialer/token", "create_calling_token", .user, "What a browser needs to call and be called",
                settings.token, .notWhileImpersonating, .failures([.conflict, .unavailable])),
            .get(
                "/api/v1/dialer/connections/{id}/numbers", "list_carrier_numbers", .user,
                "What a carrier says of a connection's account, and its numbers", settings.numbers,
                .failures([.conflict, .unavailable])),
        ]
    }

    private static func dialer(_ campaigns: CampaignRoutes, _ sessions: DialSessionRoutes) -> [Route] {
        [
            .get(
                "/api/v1/dialer/campaigns", "list_campaigns", .permission(.callsReadAll, or: .callsReadOwn),
                "Lists of numbers to call", campaigns.list),
            .post(
                "/api/v1/dialer/campaigns", "create_campaign", .permission(.settingsWrite),
                "Begin a list of numbers to call", campaigns.create, .idempotent, .audited),
            .get(
                "/api/v1/dialer/campaigns/{id}", "get_campaign", .permission(.callsReadAll, or: .callsReadOwn),
                "A list of numbers to call", campaigns.get),
            .patch(
                "/api/v1/dialer/campaigns/{id}", "update_campaign", .permission(.settingsWrite),
                "Change a list of numbers to call, start it or pause it", campaigns.update, .audited),
            .delete(
                "/api/v1/dialer/campaigns/{id}", "delete_campaign", .permission(.settingsWrite),
                "Remove a list of numbers with all of them", campaigns.delete, .audited),
            .post(
                "/api/v1/dialer/campaigns/{id}/numbers", "add_campaign_numbers", .permission(.settingsWrite),
                "Add numbers to a list", campaigns.add, .idempotent),
            .post(
                "/api/v1/dialer/campaigns/{id}/numbers/from-calls", "add_campaign_numbers_from_calls",
                .permission(.settingsWrite), "Add the numbers of calls that a filter finds", campaigns.addFromCalls,
                .idempotent),
            .get(
                "/api/v1/dialer/queue", "list_dial_queue", .permission(.callsReadAll, or: .callsReadOwn),
                "Numbers that wait to be called, and why", campaigns.entries),
            .post(
                "/api/v1/dialer/queue/{id}/cancel", "cancel_dial_entry", .permission(.settingsWrite),
                "Take a number out of the queue", campaigns.cancel, .failures([.conflict])),
            .post(
                "/api/v1/dialer/sessions", "start_dial_session", .user, "Have one number after another called for one",
                sessions.start, .idempotent, .notWhileImpersonating, .failures([.conflict, .unavailable])),
            .get(
                "/api/v1/dialer/sessions", "list_dial_sessions", .permission(.callsReadAll, or: .callsReadOwn),
                "Who is at the dialer", sessions.list),
            .get(
                "/api/v1/dialer/sessions/{id}", "get_dial_session", .permission(.callsReadAll, or: .callsReadOwn),
                "A session at the dialer", sessions.get),
            .post(
                "/api/v1/dialer/sessions/{id}/heartbeat", "renew_dial_session", .user, "Say that the console is there",
                sessions.heartbeat, .failures([.conflict])),
            .post(
                "/api/v1/dialer/sessions/{id}/pause", "pause_dial_session", .user, "Have no further number called",
                sessions.pause, .failures([.conflict])),
            .post(
                "/api/v1/dialer/sessions/{id}/next", "continue_dial_session", .user, "Have the next number called now",
                sessions.next, .notWhileImpersonating, .failures([.conflict])),
            .post(
                "/api/v1/dialer/sessions/{id}/wrap-up", "wrap_up_dial_session", .user,
                "Say what the call came to; then the next number is called", sessions.finish, .idempotent,
                .failures([.conflict])),
            .post(
                "/api/v1/dialer/sessions/{id}/stop", "stop_dial_session", .user, "End a session at the dialer",
                sessions.stop),
        ]
    }

    private static func callbacks(_ callbacks: CallbackRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/pop", "get_call_pop", .permission(.callsReadAll, or: .callsReadOwn),
                "Who is calling, and the last call with them", callbacks.pop),
            .get(
                "/api/v1/dialer/missed", "list_missed_calls", .permission(.callsReadAll, or: .callsReadOwn),
                "Callers whom nobody answered", callbacks.missed),
            .post(
                "/api/v1/dialer/missed/{id}/claim", "claim_missed_call", .user, "Take a call-back", callbacks.claim,
                .failures([.conflict])),
            .post(
                "/api/v1/dialer/missed/{id}/release", "release_missed_call", .user, "Give a call-back to others again",
                callbacks.release, .failures([.conflict])),
            .post(
                "/api/v1/dialer/missed/{id}/close", "close_missed_call", .user, "End a call-back without a call",
                callbacks.close, .failures([.conflict])),
            .get(
                "/api/v1/dialer/retries", "list_call_retries", .permission(.callsReadAll),
                "Attempts that follow unanswered calls", callbacks.retries),
        ]
    }

    private static func hooks(_ hooks: VoiceHookRoutes, _ routes: OutboundRoutes) -> [Route] {
        CarrierProvider.allCases.flatMap { provider in
            [
                .post(
                    "/hooks/calls/\(provider.rawValue)/{id}/voice", "ask_\(provider.rawValue)_voice", .public,
                    "What a carrier asks about one end of a call", hooks.ask(provider), .foreignCredential, .hidden),
                HookReceiver.route(
                    .post, "/hooks/calls/\(provider.rawValue)/{id}/leg", "take_\(provider.rawValue)_leg",
                    "What a carrier tells of one end of a call", routes.database,
                    verify: { hook, context in try await hooks.check(hook, provider, context.tenant) },
                    { hook, transaction in try await hooks.tell(hook, transaction) }),
            ]
        }
    }
}
