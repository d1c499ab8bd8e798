// SPDX-License-Identifier: Apache-2.0
import PprofProfile
import Renderers
import Reporting
import SwiftProtobuf
import TestKit
import Testing

@Suite struct PprofTests {
  private static let bytes = renderPprof(
    ProfileTestReports.mixed, beganUnixNanoseconds: 1_795_446_245_123_000_000)

  private static func pprof(_ report: ProfileReport, _ options: String...) throws -> String {
    try withFolder { folder in
      let path = "\(folder)/profile.pb"
      try write(renderPprof(report, beganUnixNanoseconds: 1_795_446_245_123_000_000), to: path)
      let (text, status) = try Reader.go.run(["tool", "pprof"] + options + [path])
      #expect(status == 0, "\(text)")
      return text
    }
  }

  @Test("an inlined function is a line of the location it was inlined into")
  func inlined() throws {
    let profile = try Perftools_Profiles_Profile(serializedBytes: Self.bytes)
    let sample = try #require(profile.sample.first)
    #expect(sample.locationID.count == 4)
    #expect(sample.value == [420, 4_404_019_200, 412, 4_320_133_120, 411, 4_309_647_360])
    let location = profile.location[Int(sample.locationID[2]) - 1]
    let names = location.line.map { line in
      let function = profile.function[Int(line.functionID) - 1]
      return "\(profile.stringTable[Int(function.name)]):\(line.line)"
    }
    #expect(names == ["start_worker:41", "accept_request:118"])
  }

  @Test("mappings have their file, build id and offset; labels tell process, kind and pid")
  func mappings() throws {
    let profile = try Perftools_Profiles_Profile(serializedBytes: Self.bytes)
    func text(_ index: Int64) -> String { profile.stringTable[Int(index)] }
    let program = try #require(
      profile.mapping.first { text($0.filename) == ProfileTestReports.program })
    #expect(text(program.buildID) == "0123456789abcdef0123456789abcdef01234567")
    #expect(program.memoryStart == 0x5581_0000_1000 && program.memoryLimit == 0x5581_0000_3000)
    #expect(program.fileOffset == 0x1000)
    let labels = profile.sample[0].label.map { label in
      "\(text(label.key))=\(label.str == 0 ? String(label.num) : text(label.str))"
    }
    #expect(labels == ["process=server-31108", "kind=thread-stack", "pid=31108"])
    #expect(text(profile.defaultSampleType) == "leaked_space")
    #expect(text(profile.comment[1]).contains("none lost"))
    #expect(profile.stringTable[0].isEmpty)
  }

  @Test("nothing live is a profile without samples that still says how it was measured")
  func empty() throws {
    let profile = try Perftools_Profiles_Profile(
      serializedBytes: renderPprof(ProfileTestReports.empty, beganUnixNanoseconds: 1))
    #expect(profile.sample.isEmpty && profile.sampleType.count == 6 && !profile.comment.isEmpty)
    #expect(profile.stringTable[Int(profile.defaultSampleType)] == "live_space")
  }

  @Test("go tool pprof finds what leaks, by function", .read(by: .go))
  func top() throws {
    let text = try Self.pprof(ProfileTestReports.mixed, "-top", "-sample_index=leaked_space")
    #expect(text.contains("Type: leaked_space"))
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains(["4.01GB", "100%", "100%", "4.01GB", "100%", "mmap"]))
    #expect(lines.contains { $0.prefix(2) == ["0", "0%"] && $0.contains("start_worker") })
  }

  @Test("go tool pprof shows files, lines, inlined calls and frames without names", .read(by: .go))
  func lines() throws {
    let text = try Self.pprof(
      ProfileTestReports.mixed, "-traces", "-lines", "-sample_index=live_space")
    #expect(text.contains("start_worker /src/server/worker.c:41 (inline)"))
    #expect(text.contains("accept_request /src/server/accept.c:118"))
    #expect(text.contains("[plugin.so+0x2222]") && text.contains("[unknown]"))
    #expect(text.contains("[no stack]") && text.contains("server-31108"))
  }

  @Test("go tool pprof reads every sample type, hostile names and lost events", .read(by: .go))
  func types() throws {
    for type in ["mapped_objects", "mapped_space", "live_objects", "live_space", "leaked_objects"] {
      #expect(
        try Self.pprof(ProfileTestReports.mixed, "-top", "-sample_index=\(type)").contains(type))
    }
    #expect(try Self.pprof(ProfileTestReports.calm, "-top").contains("walk_0"))
    #expect(try Self.pprof(ProfileTestReports.calm, "-comments").contains("LOST 12,345 events"))
    _ = try Self.pprof(ProfileTestReports.empty, "-top")
  }
}
