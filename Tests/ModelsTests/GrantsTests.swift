import Models
import Testing

@Suite struct GrantsTests {
    @Test func `only the gateway forwards requests and exchanges keys`() {
        for caller in ServiceName.allCases {
            for callee in ServiceName.services {
                let scopes = ServiceGrants.scopes(of: caller, at: callee)
                #expect(scopes.contains(.requestsForward) == (caller == .gateway))
                #expect(scopes.contains(.apiKeysExchange) == (caller == .gateway && callee == .tenancy))
                #expect(scopes.contains(.entitlementsWrite) == (caller == .billing && callee == .tenancy))
            }
        }
    }

    @Test func `events may be delivered where a subscription exists and nowhere else`() {
        #expect(ServiceGrants.scopes(of: .calls, at: .messaging).contains(.eventsDeliver))
        #expect(ServiceGrants.scopes(of: .messaging, at: .calls).contains(.eventsDeliver))
        #expect(!ServiceGrants.scopes(of: .billing, at: .calls).contains(.eventsDeliver))
    }

    @Test func `no scope of a key gives keys, settings of others or the platform`() {
        let platform: Set<Permission> = [
            .apiKeysWrite, .apiKeysRead, .tenantsRead, .tenantsWrite, .tenantsSuspend, .tenantsImpersonate,
            .superAdminsRead, .superAdminsWrite, .setupRequestsRead, .setupRequestsWrite, .platformOperate,
        ]
        for scope in Scope.allCases { #expect(scope.permissions.isDisjoint(with: platform)) }
    }

    @Test func `an agent reads only their own calls and no role of a tenant reaches the platform`() {
        #expect(!Role.agent.permissions.contains(.callsReadAll) && Role.agent.permissions.contains(.callsReadOwn))
        for role in Role.ofTenants { #expect(!role.permissions.contains(.tenantsRead)) }
        #expect(!Role.superAdmin.permissions.contains(.callsReadAll))
    }
}
