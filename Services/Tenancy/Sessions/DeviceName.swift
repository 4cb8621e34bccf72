/// What a browser says of itself, in a person's words.
enum DeviceName {
    /// Words of `User-Agent` fields and what people call them; the first one that occurs counts, since browsers name
    /// their ancestors too.
    private static let browsers = table(
        """
        Edg/=Edge, EdgA/=Edge, EdgiOS/=Edge, OPR/=Opera, SamsungBrowser/=Samsung Internet, Vivaldi/=Vivaldi,
        Firefox/=Firefox, FxiOS/=Firefox, CriOS/=Chrome, HeadlessChrome/=Chrome, Chromium/=Chromium, Chrome/=Chrome,
        Safari/=Safari, curl/=curl, python-requests/=Python, Python-urllib/=Python, okhttp/=Android app,
        PostmanRuntime/=Postman, Go-http-client/=Go
        """)
    private static let systems = table(
        """
        iPhone=iPhone, iPad=iPad, Android=Android, CrOS=ChromeOS, Windows=Windows, Macintosh=macOS, Linux=Linux
        """)

    /// `Firefox on Linux`, or as much of it as there is; nil for a program that says nothing known.
    static func of(_ userAgent: String) -> String? {
        let (browser, system) = (find(userAgent, browsers), find(userAgent, systems))
        guard let browser else { return system }
        return system.map { "\(browser) on \($0)" } ?? browser
    }

    private static func find(_ text: String, _ words: [(word: String, name: String)]) -> String? {
        words.first { text.contains($0.word) }?.name
    }

    private static func table(_ text: String) -> [(word: String, name: String)] {
        text.split { $0 == "," || $0 == "\n" }.compactMap { entry in
            let parts = entry.drop { $0 == " " }.split(separator: "=").map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    }
}
