import Auth
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

/// What people do in a browser, with nothing in between but the door that stands for the gateway.
@Suite(
    .enabled(
        if: Browser.interpreter != nil, "needs a chromium that starts, chromium-driver and BROWSER_PYTHON with selenium"
    ),
    .timeLimit(.minutes(20)))
struct BrowserTests {
    /// How a page speaks with the API and the browser's passkeys.
    private static let page = """
        <!doctype html><title>tenant</title><script>
        const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
        const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
            .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '')
        const known = list => list.map(({id, transports}) => ({type: 'public-key', id: bytes(id), transports}))
        let token = null
        async function call(method, path, body) {
            const headers = {'Content-Type': 'application/json'}
            if (token) headers.Authorization = 'Bearer ' + token
            const response = await fetch('/api/v1' + path, {method, headers, body: body && JSON.stringify(body)})
            const answer = response.status === 204 ? {} : await response.json()
            if (answer.access_token) token = answer.access_token
            return {status: response.status, ...answer}
        }
        async function make(name, algorithm) {
            const asked = await call('POST', '/auth/passkeys/registration-options')
            if (!asked.challenge) return asked
            const made = await navigator.credentials.create({publicKey: {
                challenge: bytes(asked.challenge), timeout: 60000, attestation: 'none',
                rp: {id: asked.rp_id, name: asked.rp_name},
                user: {id: bytes(asked.user_handle), name: asked.user_name, displayName: asked.user_display_name},
                pubKeyCredParams: asked.algorithms.filter(own => !algorithm || own === algorithm).map(alg => ({type: 'public-key', alg})),
                excludeCredentials: known(asked.exclude),
                authenticatorSelection: {residentKey: 'required', userVerification: 'required'}}})
            return call('POST', '/auth/passkeys', {
                name, client_data: text(made.response.clientDataJSON),
                attestation: text(made.response.attestationObject), transports: made.response.getTransports()})
        }
        async function show(from, to, more, rpID) {
            const asked = await call('POST', from)
            const shown = await navigator.credentials.get({publicKey: {
                challenge: bytes(asked.challenge), timeout: 60000, rpId: rpID || asked.rp_id,
                allowCredentials: known(asked.allow), userVerification: 'required'}})
            return call('POST', to, {
                id: shown.id, client_data: text(shown.response.clientDataJSON),
                authenticator_data: text(shown.response.authenticatorData),
                signature: text(shown.response.signature), user_handle: text(shown.response.userHandle), ...more})
        }
        const signIn = (more, rpID) => show('/auth/passkeys/sign-in-options', '/auth/passkeys/sign-in', more, rpID)
        const again = () => show('/auth/reauthenticate/passkey-options', '/auth/reauthenticate/passkey')
        </script>
        """

    private func status(_ said: [String: JSONValue], _ name: String) -> Int64? {
        guard case .int(let status)? = said[name]?["status"] else { return nil }
        return status
    }

    @Test func `a person makes a passkey, signs in with it, and nobody else can`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            try await world.makeUser("eve@globex.example", in: world.other)
            let door = try TenantDoor(world, page: Self.page)
            let said = try await Browser.run(
                world.loop, door: door.port,
                """
                driver.get('http://acme.localhost:8080/')
                options = VirtualAuthenticatorOptions(
                    transport='internal', has_resident_key=True, has_user_verification=True, is_user_verified=True)
                driver.add_virtual_authenticator(options)
                password = '\(TenancyWorld.password)'
                run("return await call('POST', '/auth/login', {email: 'ada@acme.example', password: given[0]})", password)
                say('made', run("return await make('laptop')"))
                say('again', run("return await make('laptop')"))
                say('anonymous', run("token = null; return await make('nobody')"))
                say('signed_in', run("token = null; return await signIn()"))
                say('cookie', run("token = null; return await signIn({cookie: true})"))
                say('refreshed', run("token = null; return await call('POST', '/auth/refresh', {})"))
                say('reauthenticated', run("return await again()"))
                say('listed', run("return await call('GET', '/auth/passkeys')"))
                driver.set_user_verified(False)
                say('unverified', run("token = null; return await signIn()"))
                driver.set_user_verified(True)
                driver.get('http://globex.localhost:8080/')
                say('stranger', run("return await signIn()"))
                say('phished', run("return await signIn({}, 'acme.localhost')"))
                driver.get('http://acme.localhost:8080/')
                say('back', run("return await signIn()"))
                say('removed', run("return await call('DELETE', '/auth/passkeys/' + given[0])", '\(ada.id)'))
                page = run("return await call('GET', '/auth/passkeys')")
                say('gone', run("return await call('DELETE', '/auth/passkeys/' + given[0])", page['data'][0]['id']))
                say('void', run("token = null; return await signIn()"))
                for algorithm in (-8, -7, -257):
                    run("return await call('POST', '/auth/login', {email: 'ada@acme.example', password: given[0]})", password)
                    made = run("return await make('one', given[0])", algorithm)
                    shown = run("token = null; return await signIn()")
                    run("await call('DELETE', '/auth/passkeys/' + given[0])", made.get('id'))
                    say(f'algorithm {algorithm}', {'made': made.get('status'), 'shown': shown.get('status'), 'why': str(made)})
                """)
            await door.stop()
            #expect(said["failed"] == nil, "\(said)")
            #expect(status(said, "made") == 201 && said["made"]?["name"] == "laptop")
            // The browser knows that there is one already, and an anonymous page is asked to sign in.
            #expect(said["again"]?.text("error")?.hasPrefix("InvalidStateError") == true)
            #expect(status(said, "anonymous") == 401)
            #expect(status(said, "signed_in") == 200)
            #expect(said["signed_in"]?["user"]?["id"] == .string(ada.id.description))
            #expect(status(said, "cookie") == 200 && said["cookie"]?["refresh_token"] == .null)
            #expect(status(said, "refreshed") == 200)
            #expect(status(said, "reauthenticated") == 204)
            #expect(said["listed"]?["total"] == 1)
            #expect(said["unverified"]?.text("error")?.hasPrefix("NotAllowedError") == true)
            #expect(said["stranger"]?.text("error")?.hasPrefix("NotAllowedError") == true)
            #expect(said["phished"]?.text("error")?.hasPrefix("SecurityError") == true)
            #expect(status(said, "back") == 200)
            #expect(status(said, "removed") == 404 && status(said, "gone") == 204)
            #expect(status(said, "void") == 401)
            for algorithm in PasskeyKey.algorithms {
                let one = said["algorithm \(algorithm)"]
                #expect(one?["made"] == 201 && one?["shown"] == 200, "\(algorithm): \(String(describing: one))")
            }
        }
    }

    @Test(.enabled(if: RealProvider.interpreter != nil, "needs OIDC_PROVIDER_PYTHON with oidc-provider-mock"))
    func `a person signs in at the company's provider and comes back signed in`() async throws {
        try await withTenancy { world in
            let provider = try await RealProvider(world.loop)
            try await world.setUpProvider(provider.issuer, provider.settings())
            try await provider.setPerson("ada", ["email": "ada@acme.example", "email_verified": true])
            let door = try TenantDoor(world, page: Self.page)
            let said = try await Browser.run(
                world.loop, door: door.port,
                """
                driver.get('http://acme.localhost:8080/sign-in')
                say('before', run("return await call('POST', '/auth/refresh', {})"))
                driver.get('http://acme.localhost:8080/api/v1/auth/sso/start?return_to=/calls')
                wait = WebDriverWait(driver, 120)
                wait.until(lambda driver: driver.find_elements(By.NAME, 'sub'))
                say('provider', driver.current_url)
                driver.find_element(By.NAME, 'sub').send_keys('ada')
                driver.find_element(By.NAME, 'sub').submit()
                wait.until(lambda driver: driver.current_url.startswith('http://acme.localhost:8080/'))
                say('page', driver.current_url)
                say('after', run("return await call('POST', '/auth/refresh', {})"))
                say('seen', driver.execute_script('return document.cookie'))
                """)
            await door.stop()
            await provider.stop()
            #expect(said["failed"] == nil, "\(said)")
            #expect(status(said, "before") == 401)
            guard case .string(let place)? = said["provider"] else { return }
            #expect(place.hasPrefix(provider.issuer))
            #expect(said["page"] == "http://acme.localhost:8080/calls")
            #expect(status(said, "after") == 200)
            #expect(said["after"]?["user"]?["email"] == "ada@acme.example")
            #expect(said["seen"] == "")
        }
    }
}
