@main
struct CalendarProcess {
    static func main() {}
}
