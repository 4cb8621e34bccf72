@main
struct TenancyProcess {
    static func main() {}
}
