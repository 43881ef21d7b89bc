import API
import EventStore
import HTTP
import Testing
import Values

@Suite("Arguments of a listing")
struct ArgumentTests {
    @Test(
        "arguments that are wrong are refused with Panko's words",
        arguments: [
            (
                "limit=-1",
                "Invalid input for field/attribute limit. Value: '-1'. the limit "
                    + "should be a positive integer."
            ),
            (
                "limit=",
                "Invalid input for field/attribute limit. Value: ''. unable to "
                    + "convert to int. Error: invalid literal for int() with base 10: ''"
            ),
            (
                "limit=a'b",
                "Invalid input for field/attribute limit. Value: 'a'b'. unable to "
                    + "convert to int. Error: invalid literal for int() with base 10: \"a'b\""
            ),
            ("foo=1", "Unknown argument: \"foo\""), ("a=1&b=2", "Unknown argument: \"a, b\""),
            ("bad_Stuff_here", "Unknown argument: \"bad_Stuff_here\""),
            ("q.foo=1", "Unknown argument: \"q.foo\""),
            ("q[0].foo=1", "Unknown argument: \"q[0].foo\""),
            (
                "q.field=x&q.op=xx&q.value=1",
                "Operator xx is not supported. The supported operators are: ('lt', "
                    + "'le', 'eq', 'ne', 'ge', 'gt')"
            ),
            (
                "q.field=message_id&q.op=gt&q.value=1",
                "Operator gt is not supported. Only `eq' operator is available for field message_id"
            ),
            (
                "q.field=end_timestamp&q.value=1",
                "Operator eq is not supported. Only `le' operator is available for "
                    + "field end_timestamp"
            ),
            (
                "q.field=start_timestamp&q.op=ge&q.value=x",
                "Invalid input for field/attribute start_timestamp. Value: 'x'. "
                    + "Unable to parse date string 'x'"
            ),
            (
                "q.field=x&q.type=boolean&q.value=1",
                "The data type boolean is not supported. The supported data type list "
                    + "is: ['integer', 'float', 'string', 'datetime']"
            ),
            (
                "q.field=x&q.type=datetime&q.value=1",
                "Unable to convert the value 1 to the expected data type datetime."
            ),
            (
                "q.field=x&q.type=integer&q.value=",
                "Unable to convert the value  to the expected data type integer."
            ),
            (
                "q.field=x&q.value=1&q.value=2",
                "Invalid input for field/attribute field. Value: 'None'. Mandatory field missing."
            ),
        ])
    func refusals(query: String, text: String) async throws {
        let answer = await House().get("/v2/events?\(query)")
        #expect(answer.status == .badRequest)
        #expect(answer.faultString == text)
    }

    @Test("at most 32 conditions", arguments: [(32, 200), (33, 400)])
    func manyConditions(count: Int, status: Int) async {
        let query = (0..<count).map { "q.field=t\($0)&q.value=x" }.joined(separator: "&")
        #expect(await House().get("/v2/events?\(query)").status.code == status)
    }

    @Test(
        "a body is read as the query string is",
        arguments: [
            (#"{"limit": "2"}"#, 2), (#"{"limit": 2.9}"#, 2), (#"{"limit": true}"#, 1),
            (#"{"limit": null}"#, 20), (#"{"q": null, "sort": null, "marker": null}"#, 20),
            (#"{"q": [{"field": "n", "type": "integer", "op": "lt", "value": "5"}]}"#, 5),
            (#"{"q": [{"field": "n", "type": "integer", "value": "5"}], "limit": 1}"#, 1),
            (#"{"q": [{"field": "event_type", "value": null}]}"#, 20),
            (#"{"q": [{"field": "absent", "value": null}]}"#, 0),
            (#"{"limit": 1, "limit": 3}"#, 3), ("", 20), ("{}", 20),
        ])
    func bodies(body: String, count: Int) async {
        let house = House()
        await house.fill(20)
        let answer = await house.get(
            "/v2/events", headers: ["Content-Type": "application/json"], body: body)
        #expect(answer.status == .ok, "\(answer.text)")
        #expect(answer.messageIDs.count == count)
    }

    @Test(
        "a body that is wrong is refused",
        arguments: [
            ("{", "Request is not in valid JSON format"), ("[]", "Request must be a JSON dict"),
            ("null", "Request must be a JSON dict"),
            (#"{"a": 1, "b": 2}"#, "Unknown argument: \"a, b\""),
            (
                #"{"q": "x"}"#,
                "Invalid input for field/attribute q. Value: 'x'. Value not a valid list: x"
            ),
            (
                #"{"limit": "x"}"#,
                "Invalid input for field/attribute limit. Value: 'x'. invalid literal "
                    + "for int() with base 10: 'x'"
            ),
            (
                #"{"q": [{"field": "a", "value": "b", "y": 1, "z": 2}]}"#,
                "Unknown attributes for argument q: y, z"
            ),
            (
                #"{"q": [{"value": "b"}]}"#,
                "Invalid input for field/attribute field. Value: 'None'. Mandatory field missing."
            ),
        ])
    func wrongBodies(body: String, text: String) async {
        let answer = await House().get(
            "/v2/events", headers: ["Content-Type": "application/json"], body: body)
        #expect(answer.status == .badRequest)
        #expect(answer.faultString == text)
    }

    @Test(
        "numbers beyond what can be stored compare as numbers do",
        arguments: [
            ("integer", "lt", "99999999999999999999", 3),
            ("integer", "eq", "99999999999999999999", 0),
            ("integer", "ne", "99999999999999999999", 3),
            ("integer", "gt", "99999999999999999999", 0),
            ("integer", "gt", "-99999999999999999999", 3),
            ("integer", "le", "-99999999999999999999", 0),
            ("float", "lt", "inf", 3), ("float", "ge", "inf", 0), ("float", "gt", "-inf", 3),
            ("float", "ne", "nan", 3), ("float", "eq", "nan", 0), ("float", "lt", "nan", 0),
        ])
    func beyond(type: String, comparison: String, value: String, count: Int) async {
        let house = House()
        let traits = #"[["n", 2, 1], ["n", 3, 1.5]]"#
        for id in ["a", "b", "c"] { _ = await house.post("\(Draft(id: id, traits: traits))") }
        _ = await house.post("\(Draft(id: "null", traits: #"[["n", 2, null], ["n", 3, null]]"#))")
        let answer = await house.get(
            "/v2/events?q.field=n&q.type=\(type)&q.op=\(comparison)&q.value=\(value)")
        #expect(answer.messageIDs.count == count)
    }
}

@Suite("Python's ways of reading values")
struct ParseProbeTests {
    @Test("times, integers, floats and truths are read as recorded")
    func probe() async throws {
        let house = House()
        // Another project's event: only a true all_tenants shows it.
        _ = await house.post("\(Draft(traits: #"[["project_id", 1, "other"]]"#))")
        var section = ""
        var count = 0
        for line in try Fixture.lines("parse-probe.txt") {
            if line.hasPrefix("## ") {
                section = String(line.dropFirst(3))
                continue
            }
            guard let probe = Probe(line), let target = probe.target(in: section) else { continue }
            count += 1
            let answer = await house.get(target)
            let isRead = answer.status == .ok
            // An empty time is no condition in a listing, whatever the library says of it.
            let isWanted = probe.isRead || section.hasPrefix("parse_isotime") && probe.text.isEmpty
            #expect(isRead == isWanted, "\(section): \(line)")
            if section.hasPrefix("bool"), isRead {
                #expect(answer.messageIDs.count == (probe.outcome == "True" ? 1 : 0), "\(line)")
            }
        }
        #expect(count > 80)
    }

    /// `'text'   outcome`
    private struct Probe {
        let text: String
        let outcome: String
        var isRead: Bool { !outcome.hasPrefix("ERR") }

        init?(_ line: String) {
            guard line.hasPrefix("'"), let end = line.dropFirst().firstIndex(of: "'") else {
                return nil
            }
            text = String(line[line.index(after: line.startIndex)..<end])
            outcome = line[line.index(after: end)...].trimmingPrefix { $0 == " " }.description
        }

        func target(in section: String) -> String? {
            let value = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                .joined()
            let start = "/v2/events?q.value=\(value)&q.field="
            return switch section.prefix(4) {
            case "pars": start + "start_timestamp&q.op=ge"
            case "bool":
                start + "all_tenants"
            case "int(": start + "n&q.type=integer"
            case "floa" where section == "float()": start + "n&q.type=float"
            default: nil
            }
        }
    }
}
