@main
struct MessagingProcess {
    static func main() {}
}
