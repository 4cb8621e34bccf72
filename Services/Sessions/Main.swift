@main
struct SessionsProcess {
    static func main() {}
}
