@main
struct BenchJSON {
    static func main() {}
}
