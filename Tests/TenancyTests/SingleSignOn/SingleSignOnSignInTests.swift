import Auth
import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct SingleSignOnSignInTests {
    @Test
    func `who signs in at the provider gets an account, the cookie of a session, and the page that was asked for`()
        async throws
    {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                let (url, cookie) = try await world.startSingleSignOn("?return_to=/calls?id=1%26x=2")
                #expect(
                    url.contains("redirect_uri=http%3A%2F%2Facme.localhost%3A8080%2Fapi%2Fv1%2Fauth%2Fsso%2Fcallback"))
                let response = try await world.finishSingleSignOn(try provider.authorize(url), cookie: cookie)
                #expect(response.headers["Location"] == "/calls?id=1&x=2")
                let set = try #require(response.headers["Set-Cookie"])
                #expect(set.hasPrefix("__Host-refresh=sbr_") && set.contains("SameSite=Strict"))
                let user = try #require(try await world.person("ada@acme.example"))
                #expect(user.role == .agent && user.name == "Ada Lovelace" && user.emailVerifiedAt != nil)

                let renewed = try await world.send(
                    .post, "/api/v1/auth/refresh", as: .anonymous,
                    headers: [
                        "Cookie": String(set.prefix { $0 != ";" }), "Origin": "https://acme.localhost",
                        "Content-Type": "application/json",
                    ])
                let signedIn: TenancyAPI.SignedIn = try renewed.decoded()
                #expect(signedIn.user.id == user.id)
                #expect(try await world.force("SELECT method FROM sessions") == [["single_sign_on"]])
                // They have no password, and their fresh proof is the provider's.
                #expect(try await world.signIn("ada@acme.example", "").status != 200)
                let begin = try await world.send(
                    .post, "/api/v1/auth/passkeys/registration-options", token: signedIn.accessToken)
                #expect(begin.status == 200)

                // The second time they are the same person, whatever their address is by now.
                provider.claims = ["email": "countess@acme.example"]
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(try await world.person("countess@acme.example") == nil)
                #expect(try await world.audited(.userCreated) == 1)
                #expect(try await world.audited(.singleSignOnLinked) == 1)
                #expect(try await world.audited(.userSignedIn) == 2)
            }
        }
    }

    @Test func `a provider that does not say when somebody showed who they are gives no fresh proof`() async throws {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                for (claim, isFresh): (JSONValue, Bool) in [
                    (.null, false), (.int(Timestamp.now().seconds - 3600), false),
                    (.int(Timestamp.now().seconds + 3600), true),
                ] {
                    provider.claims = ["auth_time": claim]
                    #expect(try await world.singleSignOn(provider) == "/")
                    let fresh = try await world.force(
                        """
                        SELECT (authenticated_at > now() - interval '10 minutes' AND authenticated_at <= now())::text
                        FROM sessions ORDER BY created_at DESC LIMIT 1
                        """)
                    #expect(fresh == [["\(isFresh)"]])
                }
                let (url, _) = try await world.startSingleSignOn("?reauthenticate=true")
                #expect(url.hasSuffix("&prompt=login&max_age=0"))
            }
        }
    }

    @Test func `a state counts once, in the browser that began, at its tenant, for ten minutes`() async throws {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                func start() async throws -> (query: String, cookie: String) {
                    let (url, cookie) = try await world.startSingleSignOn()
                    return (try provider.authorize(url), cookie)
                }
                func end(_ query: String, _ cookie: String?, in tenant: TenantID? = nil) async throws -> String? {
                    try await world.finishSingleSignOn(query, cookie: cookie, in: tenant).headers["Location"]
                }
                let expired = "/sign-in?sso_error=expired"
                let used = try await start()
                #expect(try await end(used.query, used.cookie) == "/")
                #expect(try await end(used.query, used.cookie) == expired)
                let (stolen, other) = (try await start(), try await start())
                #expect(try await end(stolen.query, other.cookie) == expired)
                // Shown by the wrong browser it is used up.
                #expect(try await end(stolen.query, stolen.cookie) == expired)
                #expect(try await end(try await start().query, nil) == expired)
                #expect(try await end("code=x", other.cookie) == expired)
                #expect(try await end("code=x&state=short", other.cookie) == expired)
                let twice = try await start()
                #expect(try await end(twice.query + "&state=x", twice.cookie) == expired)
                #expect(try await end(twice.query, twice.cookie, in: world.other) == expired)
                #expect(try await end(twice.query, twice.cookie) == "/")
                let late = try await start()
                try await world.force("UPDATE single_sign_on_attempts SET expires_at = now()")
                #expect(try await end(late.query, late.cookie) == expired)
                // Several tabs of one browser keep one cookie, and each ends.
                let first = try await world.startSingleSignOn()
                let second = try await world.startSingleSignOn(cookie: first.cookie)
                #expect(second.cookie == first.cookie && second.url != first.url)
                #expect(try await end(try provider.authorize(second.url), first.cookie) == "/")
                #expect(try await end(try provider.authorize(first.url), first.cookie) == "/")
                // Of one answer that comes several times at once one counts.
                let again = try await start()
                let ends = try await world.together(3) { _ in
                    try await world.finishSingleSignOn(again.query, cookie: again.cookie).headers["Location"] ?? ""
                }
                #expect(ends.sorted() == ["/", expired, expired])
            }
        }
    }

    @Test func `an answer that says no, or is of another issuer, leads nowhere`() async throws {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                for tail in ["&error=access_denied", "&iss=https://evil.example", "&iss=a&iss=b"] {
                    let (url, cookie) = try await world.startSingleSignOn()
                    let response = try await world.finishSingleSignOn(
                        try provider.authorize(url) + tail, cookie: cookie)
                    #expect(response.headers["Location"] == "/sign-in?sso_error=denied", "\(tail)")
                }
                let (url, cookie) = try await world.startSingleSignOn()
                let query = try provider.authorize(url) + "&iss=\(provider.issuer)"
                #expect(try await world.finishSingleSignOn(query, cookie: cookie).headers["Location"] == "/")
                // What was set up meanwhile does not take what was begun before.
                let begun = try await world.startSingleSignOn()
                let answer = try provider.authorize(begun.url)
                try await world.setUpProvider(provider.issuer, ["client_id": "another"])
                let ended = try await world.finishSingleSignOn(answer, cookie: begun.cookie)
                #expect(ended.headers["Location"] == "/sign-in?sso_error=unavailable")
            }
        }
    }

    @Test(arguments: [
        "//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a%0Ab", "/%09/evil.example", "/ö",
    ])
    func `only a path of the host is gone back to`(_ path: String) async throws {
        try await withTenancy { world in
            let response = try await world.send(.get, "/api/v1/auth/sso/start?return_to=\(path)", as: .anonymous)
            #expect(response.status == 400)
        }
    }

    @Test func `people are told where they sign in, and without a provider nothing is begun`() async throws {
        try await withTenancy { world in
            @Sendable func offer() async throws -> TenancyAPI.SingleSignOnOffer {
                try await world.send(.get, "/api/v1/auth/sso", as: .anonymous).decoded()
            }
            let unavailable = "/sign-in?sso_error=unavailable"
            #expect(try await !offer().isEnabled)
            #expect(try await world.startSingleSignOn().url == unavailable)
            try await world.withProvider(["label": "Acme login"]) { provider async throws in
                let found = try await offer()
                #expect(found.isEnabled && !found.isEnforced && found.label == "Acme login")
                try await world.setUpProvider(provider.issuer, ["is_enabled": false])
                #expect(try await world.startSingleSignOn().url == unavailable)
                try await world.setUpProvider(provider.issuer)
                let begun = try await world.startSingleSignOn()
                // The plan may lose the feature at any time.
                _ = try await TenantStore(rows: world.rows(world.tenant)).setEntitlements(
                    .seed(for: .growth), of: world.tenant)
                #expect(try await !offer().isEnabled)
                let ended = try await world.finishSingleSignOn(try provider.authorize(begun.url), cookie: begun.cookie)
                #expect(ended.headers["Location"] == unavailable)
            }
            try await world.setUpProvider("http://127.0.0.1:1")
            #expect(try await world.startSingleSignOn().url == "/sign-in?sso_error=provider_failed")
        }
    }

    @Test func `a network has so many sign-ins under way, and the pruning takes those that are over`() async throws {
        try await withTenancy { world in
            try await world.withProvider { _ async throws in
                for _ in 0..<SingleSignOnAttemptStore.most { _ = try await world.startSingleSignOn() }
                #expect(try await world.send(.get, "/api/v1/auth/sso/start", as: .anonymous).status == 429)
                try await world.force("UPDATE single_sign_on_attempts SET expires_at = now()")
                #expect(try await world.send(.get, "/api/v1/auth/sso/start", as: .anonymous).status == 302)
                #expect(try await PruneStore(rows: world.database).prune() == SingleSignOnAttemptStore.most)
            }
        }
    }
}
