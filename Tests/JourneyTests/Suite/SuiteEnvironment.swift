import Crypto
import Glibc
import Models

/// What each process of a suite is told, as `make run` would.
struct SuiteEnvironment {
    let folder: String
    let ports: SuitePorts
    let databases: SuiteDatabases
    let secrets: [ServiceName: String]

    func variables(of name: ServiceName) -> [String: String] {
        var variables = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder,
            "BASE_URL": "http://localhost:\(ports.gateway)", "LOOPS": "1",
            "PORT": "\(ports.service(name))", "OPERATOR_PORT": "\(ports.operator(name))",
            "DATABASE_URL": databases.url(name, as: "app"), "DATABASE_OWNER_URL": databases.url(name, as: "owner"),
            "DATA_DIR": "\(folder)/\(name.rawValue)", "SERVICE_SECRET": secrets[name] ?? "",
            "ENCRYPTION_KEYS": "k1:\(Base64.standard.encode([UInt8](repeating: 7, count: 32)))",
        ]
        for other in ServiceName.services {
            variables["\(other.rawValue.uppercased())_INTERNAL_URL"] = "http://127.0.0.1:\(ports.internal(other))"
        }
        switch name {
        case .gateway:
            // All journeys come from one address, as fast as the machine lets them.
            variables["ADDRESS_SIGN_INS"] = "10000"
            variables["ADDRESS_REQUESTS"] = "100000"
            for other in ServiceName.services {
                variables["\(other.rawValue.uppercased())_URL"] = "http://127.0.0.1:\(ports.service(other))"
            }
        case .tenancy:
            variables["GATEWAY_INTERNAL_URL"] = "http://127.0.0.1:\(ports.internal(.gateway))"
            for other in ServiceName.allCases {
                variables["SERVICE_SECRET_\(other.rawValue.uppercased())"] = secrets[other]
            }
            variables["ADMIN_EMAIL"] = SuiteUnderTest.adminEmail
            variables["ADMIN_PASSWORD"] = SuiteUnderTest.adminPassword
        case .calls:
            variables["BLOBS"] = "\(folder)/recordings"
            variables["DISK_RESERVE_PERCENT"] = "0"
            if let recogniser = Recogniser.folder {
                variables["LOCAL_RECOGNISER"] = recogniser
                variables["LOCAL_RECOGNISER_SCRIPT"] = Checkout.file("Services/Calls/Recognition/recognise.py")
            }
        default: break
        }
        variables["INTERNAL_PORT"] = "\(ports.internal(name))"
        return variables
    }
}

/// What this machine has of the local recogniser.
enum Recogniser {
    /// The folder that `scripts/recogniser-venv` made: LOCAL_RECOGNISER, or else the one of `make run`.
    static let folder: String? = {
        let named = getenv("LOCAL_RECOGNISER").map { String(cString: $0) } ?? Checkout.file(".data/recogniser")
        return access("\(named)/bin/python", X_OK) == 0 ? named : nil
    }()
}
