@main
struct CallsProcess {
    static func main() {}
}
