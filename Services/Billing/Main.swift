@main
struct BillingProcess {
    static func main() {}
}
