import CZxcvbn
import Glibc
import Models

/// How hard a password is to guess, by zxcvbn's dictionaries of leaked passwords, names, keyboards and dates.
enum PasswordStrength {
    /// 2^27 guesses, zxcvbn's score of 3 of 4: enough behind a slow hash and a lockout.
    static let leastBits = 27.0
    /// What lies beyond adds nothing to the judgement, and zxcvbn's time grows with the length.
    private static let judgedCharacters = 100

    /// The guesses that it takes, as a power of two; words of the account itself count for little.
    static func bits(_ password: String, account words: [String]) -> Double {
        var owned: [UnsafeMutablePointer<CChar>?] = parts(of: words).map { strdup($0) }
        defer { for word in owned { free(word) } }
        owned.append(nil)
        var list: [UnsafePointer<CChar>?] = owned.map { $0.map { UnsafePointer($0) } }
        return String(password.prefix(judgedCharacters)).withCString { ZxcvbnMatch($0, &list, nil) }
    }

    /// Throws 422 `weak_password` at the field when the password is too easy to guess.
    static func check(_ password: String, account words: [String], pointer: String) throws(Failure) {
        guard bits(password, account: words) < leastBits else { return }
        throw Failure(
            .weakPassword,
            errors: [
                FieldError(
                    pointer: pointer, code: "weak_password",
                    detail: "too easy to guess: take several words that do not belong together")
            ])
    }

    /// Names, the parts of an address, and the like, one word each.
    private static func parts(of words: [String]) -> [String] {
        words.flatMap { word in
            [word] + word.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        }.map { $0.lowercased() }.filter { $0.utf8.count > 2 }
    }
}
