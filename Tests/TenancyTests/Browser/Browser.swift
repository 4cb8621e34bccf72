import Glibc
import IO
import JSON
import TestSupport
import Testing

@testable import Tenancy

/// Headless Chromium with a virtual authenticator, driven by Selenium.
///
/// `BROWSER_PYTHON` names an interpreter that has selenium; Chromium and its driver are Debian's, and Chromium has
/// to start here.
struct Browser {
    static let interpreter: String? = {
        let programs: [String] = [chromium, driver]
        guard programs.allSatisfy({ access($0, X_OK) == 0 }), let python = PythonPeer.interpreter("BROWSER_PYTHON"),
            system(trial) == 0
        else { return nil }
        return python
    }()

    /// A machine that has Chromium may still not let it start, as some containers do not.
    private static let trial = """
        folder=$(mktemp -d) && timeout 120 \(chromium) --headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu \
            --user-data-dir="$folder" --dump-dom about:blank >/dev/null 2>&1
        status=$?
        rm -rf "$folder"
        exit $status
        """
    private static let chromium = "/usr/bin/chromium"
    private static let driver = "/usr/bin/chromedriver"

    /// Runs the body of a Python function of `driver`, `say(name, value)` and `run(script, *arguments)`; what it said.
    ///
    /// The tenants' hosts lead to a port of this machine, so that pages have the origin that they have behind a gateway.
    static func run(_ loop: EventLoop, door port: Int, _ body: String) async throws -> [String: JSONValue] {
        let script = frame.replacing("# BODY", with: body.replacing("\n", with: "\n    "))
        let peer = try PythonPeer(
            loop, try #require(interpreter), script, [chromium, driver, "\(port)"])
        var said: [String: JSONValue] = [:]
        while said["end"] == nil {
            guard case .object(let members) = try await peer.next(JSONValue.self) else { continue }
            for member in members { said[member.name] = member.value }
        }
        await peer.stop()
        return said
    }

    private static let frame = """
        import json, signal, sys, tempfile
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
        from selenium.webdriver.support.ui import WebDriverWait

        def say(name, value):
            print(json.dumps({name: value}), flush=True)

        def steps(driver):
            def run(script, *arguments):
                return driver.execute_async_script(
                    'const [done, ...given] = [arguments[arguments.length - 1], ...arguments];'
                    + '(async () => {' + script + '})().then(done, error => done({error: error.name + ": " + error.message}))',
                    *arguments)
            # BODY

        # A driver that hangs must not outlive the test.
        signal.alarm(500)
        chromium, chromedriver, port = sys.argv[1:]
        with tempfile.TemporaryDirectory() as folder:
            options = Options()
            options.binary_location = chromium
            for argument in ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run',
                             '--disable-background-networking', '--disable-component-update', '--user-data-dir=' + folder,
                             '--host-resolver-rules=' + ','.join(
                                 f'MAP {name}.localhost:8080 127.0.0.1:{port}' for name in ('acme', 'globex'))]:
                options.add_argument(argument)
            try:
                driver = webdriver.Chrome(options=options, service=Service(chromedriver))
            except Exception:
                # A busy machine may need longer than the driver waits.
                driver = webdriver.Chrome(options=options, service=Service(chromedriver))
            try:
                driver.set_script_timeout(120)
                steps(driver)
            except Exception as error:
                say('failed', f'{type(error).__name__}: {error}')
            finally:
                driver.quit()
                say('end', True)
        """
}
