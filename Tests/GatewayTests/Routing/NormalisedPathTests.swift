import Testing

@testable import Gateway

@Suite struct NormalisedPathTests {
    @Test(arguments: [
        ("/", []),
        ("/api/v1/calls", ["api", "v1", "calls"]),
        ("/api/v1/calls/", ["api", "v1", "calls"]),
        ("/api/v1/calls/a%20b", ["api", "v1", "calls", "a b"]),
        ("/api/v1/c%61lls", ["api", "v1", "calls"]),
        ("/api/v1/%C3%A9t%C3%A9", ["api", "v1", "été"]),
        ("/api/v1/...", ["api", "v1", "..."]),
        ("/api/v1/.well", ["api", "v1", ".well"]),
        ("/api/v1/a%252fb", ["api", "v1", "a%2fb"]),
        ("/api/v1/calls;x=1", ["api", "v1", "calls;x=1"]),
    ])
    func `a path is decoded once and cut at its slashes`(path: String, segments: [String]) {
        #expect(NormalisedPath(path)?.segments.map(String.init) == segments)
    }

    @Test(arguments: [
        "", "api", "*", "http://localhost/api",
        "/api/v1/a%2Fb", "/api/v1/a%2fb", "/api%2fv1/calls", "/%2f",
        "/api/v1/a%5Cb", "/api/v1/a%5cb", "/api/v1/a\\b", "/api/v1/%61\\b",
        "/api/v1/a%00b", "/api/v1/%00", "/api/v1/a%0Ab", "/api/v1/a%0d%0ab", "/api/v1/a%1fb", "/api/v1/a%7fb",
        "/api/v1/a\u{0}b", "/api/v1/a\u{7f}b", "/api/v1/a b", "/api/v1/a\tb", "/api/v1/%61\u{1}",
        "/.", "/..", "/api/./v1", "/api/../internal", "/api/v1/..", "/api/v1/.", "/api/v1/../",
        "/api/%2e/v1", "/api/%2E%2e/internal", "/api/.%2e/internal", "/api/%2e./internal", "/api/v1/%2E",
        "//", "//api/v1/calls", "/api//v1/calls", "/api/v1/calls//", "/api/v1//",
        "/api/v1/%", "/api/v1/%4", "/api/v1/%zz", "/api/v1/%4g", "/api/v1/%-1", "/api/v1/% 41",
        "/api/v1/%ff", "/api/v1/%c0%af", "/api/v1/%ed%a0%80", "/api/v1/%c3", "/api/v1/%f5%80%80%80",
    ])
    func `a path that could be read in two ways is refused`(path: String) {
        #expect(NormalisedPath(path) == nil)
    }
}
