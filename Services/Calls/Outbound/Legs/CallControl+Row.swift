import Models
import Postgres

extension CallControl: PostgresRowDecodable {
    static let columns: StaticString = """
        call_id, connection_id, provider, caller_id, purpose, is_conference, recording_policy, recording_id, recording_state,
        machine_action, machine_message, entry_id, retry_count, is_wrapped_up, language
        """

    init(row: inout RowReader) throws(PostgresError) {
        callID = try row.next(CallID.self)
        connection = try row.next(ConnectionID.self)
        provider = try row.next(CarrierProvider.self)
        callerID = try row.next(String.self)
        purpose = try row.next(ContactPurpose.self)
        isConference = try row.next(Bool.self)
        recordingPolicy = try row.next(RecordingPolicy.self)
        recordingID = try row.next(String?.self)
        recordingState = try row.next(RecordingRun.self)
        machineAction = try row.next(MachineAction.self)
        machineMessage = try row.next(String?.self)
        entryID = try row.next(DialEntryID?.self)
        retryCount = Int(try row.next(Int32.self))
        isWrappedUp = try row.next(Bool.self)
        language = try row.next(String?.self)
    }
}
