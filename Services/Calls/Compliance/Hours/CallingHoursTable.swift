/// When people may be called, by law or by the code that the callers of a country have agreed on.
///
/// A row: region (ISO 3166) | days and hours at the callee's place, 1 is Monday | whose holidays are closed | source. A
/// state that is not named has its country's hours, and a country that is not named those of `*`.
enum CallingHoursTable {
    static var rows: [Substring] { table.split(separator: "\n") }

    private static let table = """
        * | 1-5 10:00-18:00 | | No source: the strictest hours of all that are known here
        US | 1-7 08:00-21:00 | | Telephone Consumer Protection Act, 47 CFR 64.1200(c)(1)
        US-* | 1-5 10:00-18:00, 6-6 10:00-17:00 | US | The strictest of the states, for a number of any of them
        US-AL | 1-6 08:00-20:00 | US | Ala. Code 8-19A-14
        US-CA | 1-7 09:00-21:00 | | Cal. Pub. Util. Code 2872
        US-CT | 1-7 09:00-20:00 | | Conn. Gen. Stat. 42-288a
        US-FL | 1-7 08:00-20:00 | | Fla. Stat. 501.616(6)
        US-IL | 1-7 09:00-21:00 | | 815 ILCS 305/15
        US-IN | 1-7 09:00-20:00 | | Ind. Code 24-5-14-8
        US-KY | 1-7 10:00-21:00 | | KRS 367.46955
        US-LA | 1-6 08:00-20:00 | US | La. R.S. 45:844.31
        US-MA | 1-7 08:00-20:00 | | M.G.L. c. 159C s. 3
        US-MD | 1-7 08:00-20:00 | | Md. Code, Com. Law 14-4502
        US-MI | 1-7 09:00-21:00 | | MCL 484.125
        US-MN | 1-7 09:00-21:00 | | Minn. Stat. 325E.30
        US-MS | 1-6 08:00-20:00 | US | Miss. Code 77-3-723
        US-NM | 1-7 09:00-21:00 | | N.M. Stat. 57-12-22
        US-NV | 1-7 09:00-20:00 | | NRS 598.0918
        US-OK | 1-7 08:00-20:00 | | Okla. Stat. tit. 15, 775C.4
        US-PA | 1-7 08:00-21:00 | US | 73 P.S. 2245
        US-RI | 1-5 09:00-18:00, 6-6 10:00-17:00 | US | R.I. Gen. Laws 5-61-3.6
        US-SD | 1-6 09:00-21:00 | | S.D. Codified Laws 37-30A-3
        US-TX | 1-6 09:00-21:00, 7-7 12:00-21:00 | | Tex. Bus. & Com. Code 301.051
        US-UT | 1-6 08:00-21:00 | US | Utah Code 13-25a-103
        US-WA | 1-7 08:00-20:00 | | RCW 80.36.390
        US-WY | 1-7 08:00-20:00 | | Wyo. Stat. 6-6-104
        CA | 1-5 09:00-21:30, 6-7 10:00-18:00 | | CRTC Unsolicited Telecommunications Rules, part III, 23
        GB | 1-5 08:00-21:00, 6-7 09:00-20:00 | | Direct Marketing Association's code of practice; no statute
        IE | 1-5 09:00-21:00, 6-6 10:00-17:00 | | Direct marketing code; no statute
        FR | 1-5 10:00-13:00, 1-5 14:00-20:00 | FR | Décret n° 2022-1313, code de la consommation D. 223-9
        ES | 1-5 09:00-21:00 | ES | Real Decreto Legislativo 1/2007, art. 96.2
        IT | 1-5 09:00-20:00, 6-6 10:00-19:00 | IT | Codice di condotta telemarketing e teleselling, art. 9
        DE | 1-6 08:00-20:00 | DE | Ehrenkodex Deutscher Dialogmarketing Verband; no statute
        AT | 1-6 08:00-20:00 | DE | As in Germany; no statute
        NL | 1-5 09:00-21:00, 6-6 10:00-16:00 | | Code Telemarketing, artikel 4
        AU | 1-5 09:00-20:00, 6-6 09:00-17:00 | AU | Telemarketing and Research Calls Industry Standard 2017, s. 8
        NZ | 1-5 08:00-21:00, 6-6 09:00-18:00 | | Marketing Association's telemarketing code; no statute
        IN | 1-7 10:00-21:00 | | Telecom Commercial Communications Customer Preference Regulations 2018
        TH | 1-5 08:30-19:00, 6-6 08:30-18:00 | | Office of Insurance Commission's telephone rules, Debt Collection Act 2558
        KR | 1-7 08:00-21:00 | | Act on Promotion of Information and Communications Network Utilization, art. 50(3)
        ZA | 1-5 08:00-20:00, 6-6 09:00-13:00 | ZA | Consumer Protection Act, Notice 293 of 2011
        BR | 1-5 09:00-21:00, 6-6 10:00-16:00 | BR | Sistema de Autorregulação de Telemarketing, código de conduta
        """
}
