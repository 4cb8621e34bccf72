import HTTPClient
import Testing

@Suite struct AddressGuardTests {
    @Test(arguments: [
        ("127.0.0.1", AddressClass.loopback), ("127.255.0.3", .loopback), ("::1", .loopback),
        ("10.1.2.3", .private), ("172.16.0.1", .private), ("172.31.255.255", .private), ("192.168.1.1", .private),
        ("fd12:3456::1", .private), ("fec0::1", .private),
        ("169.254.0.1", .linkLocal), ("fe80::1", .linkLocal),
        ("100.64.0.1", .shared), ("100.127.255.255", .shared),
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast),
        ("255.255.255.255", .reserved), ("240.0.0.1", .reserved), ("192.0.2.1", .reserved), ("198.18.0.1", .reserved),
        ("2001:db8::1", .reserved), ("4000::1", .reserved), ("100::1", .reserved),
        ("169.254.169.254", .metadata), ("fd00:ec2::254", .metadata), ("100.100.100.200", .metadata),
        ("168.63.129.16", .metadata),
        ("::ffff:127.0.0.1", .loopback), ("::ffff:169.254.169.254", .metadata), ("::ffff:8.8.8.8", .public),
        ("::127.0.0.1", .loopback), ("64:ff9b::10.0.0.1", .private), ("64:ff9b::a9fe:a9fe", .metadata),
        ("64:ff9b::8.8.8.8", .public), ("64:ff9b:1::10.0.0.1", .translated),
        ("2002:7f00:1::1", .translated), ("2001:0:4136:e378::1", .translated),
        ("8.8.8.8", .public), ("100.63.255.255", .public), ("100.128.0.0", .public), ("172.32.0.1", .public),
        ("2606:4700::1111", .public), ("2a00:1450:4001::1", .public),
    ])
    func `every address has its class`(text: String, expected: AddressClass) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressClass(address) == expected)
    }

    @Test func `a private address is refused and the refusal names the setting`() throws {
        let addressGuard = AddressGuard(setting: "ALLOW_ADDRESSES_RECOGNISER")
        let refusal = try #require(
            addressGuard.refusal(of: IPAddress(four: 0x0a00_0001), port: 443, host: "asr.example.com"))
        #expect(refusal.description.contains("ALLOW_ADDRESSES_RECOGNISER"))
        #expect(!refusal.description.contains("10.0.0.1"))
    }

    @Test func `a public address needs no exception`() throws {
        let addressGuard = AddressGuard(setting: "ALLOW_ADDRESSES_WEBHOOK", ownPorts: [8080])
        #expect(addressGuard.refusal(of: IPAddress(four: 0x0808_0808), port: 8080, host: "example.com") == nil)
    }

    @Test func `an exception of host and port opens that port alone`() throws {
        let addressGuard = AddressGuard(
            setting: "S", exceptions: [try #require(.init("PBX.internal.:5060")), try #require(.init("[fd00::7]:80"))])
        let address = IPAddress(four: 0x0a00_0001)
        #expect(addressGuard.refusal(of: address, port: 5060, host: "pbx.internal") == nil)
        #expect(addressGuard.refusal(of: address, port: 5061, host: "pbx.internal") != nil)
        #expect(addressGuard.refusal(of: address, port: 5060, host: "other.internal") != nil)
        let six = try #require(IPAddress("fd00::7"))
        #expect(addressGuard.refusal(of: six, port: 80, host: "[FD00::7]") == nil)
    }

    @Test func `an exception of a block opens its addresses alone`() throws {
        let addressGuard = AddressGuard(setting: "S", exceptions: [try #require(.init("10.20.0.0/16"))])
        #expect(addressGuard.refusal(of: try #require(IPAddress("10.20.3.4")), port: 1, host: "a") == nil)
        #expect(addressGuard.refusal(of: try #require(IPAddress("::ffff:10.20.3.4")), port: 1, host: "a") == nil)
        #expect(addressGuard.refusal(of: try #require(IPAddress("10.21.0.0")), port: 1, host: "a") != nil)
    }

    @Test func `no exception opens our own ports or a metadata address`() throws {
        let everything: [AddressGuard.Exception] = [
            try #require(.init("0.0.0.0/0")), try #require(.init("::/0")), try #require(.init("localhost:8101")),
        ]
        let addressGuard = AddressGuard(setting: "S", exceptions: everything, ownPorts: [8101])
        let loopback = IPAddress(four: 0x7f00_0001)
        #expect(addressGuard.refusal(of: loopback, port: 8101, host: "localhost")?.reason == .ownPort)
        #expect(addressGuard.refusal(of: loopback, port: 8102, host: "localhost") == nil)
        for text in ["169.254.169.254", "fd00:ec2::254", "0.0.0.0", "::ffff:169.254.169.254"] {
            let refusal = addressGuard.refusal(of: try #require(IPAddress(text)), port: 80, host: "a")
            #expect(refusal != nil && refusal?.setting == nil)
        }
    }

    @Test(arguments: [
        "", "host", "host:", "host:0", "host:65536", ":80", "10.0.0.0/33", "10.0.0.1/8", "fd00::/129", "fd00::1:x",
        "http://host:80", "fe80::zz:80",
    ])
    func `what is no exception is refused`(text: String) {
        #expect(AddressGuard.Exception(text) == nil)
    }
}
