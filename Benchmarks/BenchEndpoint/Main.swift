@main
struct BenchEndpoint {
    static func main() {}
}
