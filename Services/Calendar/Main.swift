import ServiceKit

@main
enum Main {
    static func main() { ServiceProcess.main(CalendarService.self) }
}
