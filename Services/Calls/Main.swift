import Glibc

@main
struct CallsProcess {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        // A child of this service: it must see neither its settings nor its connections.
        if arguments.first == "decode" { exit(DecodeCommand.run(Array(arguments.dropFirst()))) }
    }
}
