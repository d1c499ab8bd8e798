// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import PprofProfile
public import Reporting
import SwiftProtobuf
import Symbolization
import TextLayout

/// The bytes of a perftools.profiles Profile, as `go tool pprof` reads it. The caller compresses it.
///
/// Values are counts and bytes of mapped, live and leaked memory. The default is leaked memory when anything
/// leaks. Labels have process, pid and kind. Comments have the head of the report, losses included.
public func renderPprof(
  _ report: ProfileReport, beganUnixNanoseconds: Int64
) -> [UInt8] {
  var builder = PprofProfileBuilder(buildIDs: report.buildIDs)
  for sample in report.samples { builder.add(sample) }
  var profile = builder.profile
  profile.timeNanos = beganUnixNanoseconds
  profile.durationNanos = Int64(clamping: report.header.elapsed)
  profile.comment = headerLines(report.header, columns: .max).map { builder.index(of: $0) }
  let leaks = report.samples.contains { $0.leaked.bytes > 0 }
  profile.defaultSampleType = builder.index(of: leaks ? "leaked_space" : "live_space")
  profile.stringTable = builder.strings
  // No field is required, so this cannot fail.
  return (try? profile.serializedBytes()) ?? []
}

/// Collects samples. Each string, module, place and function gets one id.
struct PprofProfileBuilder {
  private(set) var profile = Perftools_Profiles_Profile()
  private(set) var strings = [""]
  private let buildIDs: [String: String]
  private var stringIDs: [String: Int64] = ["": 0]
  private var mappingIDs: [Module: UInt64] = [:]
  private var locationIDs: [Place: UInt64] = [:]
  private var functionIDs: [Named: UInt64] = [:]

  /// A module at one load address. Another process has the same file elsewhere.
  private struct Module: Hashable {
    var path: String
    /// Nil when the load address is unknown.
    var bias: UInt64?
  }
  private struct Place: Hashable {
    var mapping: UInt64
    var address: UInt64
    var functions: [Named]
    var lines: [Int]
  }
  private struct Named: Hashable {
    var name: String
    var file: String
  }

  static let values = [
    ("mapped_objects", "count"), ("mapped_space", "bytes"), ("live_objects", "count"),
    ("live_space", "bytes"), ("leaked_objects", "count"), ("leaked_space", "bytes"),
  ]

  init(buildIDs: [String: String]) {
    self.buildIDs = buildIDs
    for (type, unit) in Self.values {
      var value = Perftools_Profiles_ValueType()
      value.type = index(of: type)
      value.unit = index(of: unit)
      profile.sampleType.append(value)
    }
  }

  mutating func index(of string: String) -> Int64 {
    if let known = stringIDs[string] { return known }
    let id = Int64(strings.count)
    strings.append(string)
    stringIDs[string] = id
    return id
  }

  mutating func add(_ sample: ProfileSample) {
    var entry = Perftools_Profiles_Sample()
    let frames = sample.callPath?.frames ?? []
    entry.locationID = frames.isEmpty ? [locationWithoutPath()] : locations(of: frames)
    entry.value = [sample.mapped, sample.live, sample.leaked].flatMap {
      [Int64(clamping: $0.count), Int64(clamping: $0.bytes)]
    }
    entry.label = [
      label("process", "\(printable(sample.processName))-\(sample.process.raw)"),
      label("kind", sample.kind.rawValue), number("pid", Int64(sample.process.raw)),
    ]
    profile.sample.append(entry)
  }

  private mutating func label(_ key: String, _ value: String) -> Perftools_Profiles_Label {
    var label = Perftools_Profiles_Label()
    label.key = index(of: key)
    label.str = index(of: value)
    return label
  }

  private mutating func number(_ key: String, _ value: Int64) -> Perftools_Profiles_Label {
    var label = Perftools_Profiles_Label()
    label.key = index(of: key)
    label.num = value
    return label
  }

  // MARK: Places

  private mutating func locationWithoutPath() -> UInt64 {
    let named = Named(name: "[no stack]", file: "")
    return location(Place(mapping: 0, address: 0, functions: [named], lines: [0]))
  }

  /// One location for each frame that is not inlined, with the frames inlined into it.
  private mutating func locations(of frames: [StackFrame]) -> [UInt64] {
    var ids: [UInt64] = []
    var group: [StackFrame] = []
    for (index, frame) in frames.enumerated() {
      group.append(frame)
      let isLast = index == frames.count - 1
      if !frame.isInlined || isLast {
        ids.append(location(of: group))
        group = []
      }
    }
    return ids
  }

  private mutating func location(of group: [StackFrame]) -> UInt64 {
    // The frame that is not inlined comes last. It knows the module best.
    let frame = group[group.count - 1]
    let mapping = frame.module.map { mappingID(of: $0, frame) } ?? 0
    return location(
      Place(
        mapping: mapping, address: frame.address,
        functions: group.map {
          Named(name: printable($0.label), file: $0.file.map(printable) ?? "")
        },
        lines: group.map { $0.line ?? 0 }))
  }

  private mutating func location(_ place: Place) -> UInt64 {
    if let known = locationIDs[place] { return known }
    var location = Perftools_Profiles_Location()
    location.id = UInt64(profile.location.count + 1)
    location.mappingID = place.mapping
    location.address = place.address
    location.line = zip(place.functions, place.lines).map { named, number in
      var line = Perftools_Profiles_Line()
      line.functionID = functionID(of: named)
      line.line = Int64(number)
      return line
    }
    profile.location.append(location)
    locationIDs[place] = location.id
    return location.id
  }

  private mutating func functionID(of named: Named) -> UInt64 {
    if let known = functionIDs[named] { return known }
    var function = Perftools_Profiles_Function()
    function.id = UInt64(profile.function.count + 1)
    function.name = index(of: named.name)
    function.systemName = function.name
    function.filename = index(of: named.file)
    profile.function.append(function)
    functionIDs[named] = function.id
    return function.id
  }

  /// The entry of the module, extended to hold the frame. It is marked as symbolized, so that readers do not
  /// look for the file: on their machine it may be another one.
  private mutating func mappingID(of path: String, _ frame: StackFrame) -> UInt64 {
    let page: UInt64 = 4096
    let start = frame.address & ~(page - 1)
    let end = start.addingClamped(page)
    let module = Module(path: path, bias: frame.offset.map { frame.address &- $0 })
    if let known = mappingIDs[module] {
      let index = Int(known - 1)
      profile.mapping[index].memoryStart = min(profile.mapping[index].memoryStart, start)
      profile.mapping[index].memoryLimit = max(profile.mapping[index].memoryLimit, end)
      profile.mapping[index].fileOffset = fileOffset(profile.mapping[index].memoryStart, in: module)
      return known
    }
    var mapping = Perftools_Profiles_Mapping()
    mapping.id = UInt64(profile.mapping.count + 1)
    mapping.memoryStart = start
    mapping.memoryLimit = end
    mapping.fileOffset = fileOffset(start, in: module)
    mapping.filename = index(of: printable(path))
    mapping.buildID = index(of: buildIDs[path] ?? "")
    mapping.hasFunctions_p = true
    mapping.hasFilenames_p = true
    mapping.hasLineNumbers_p = true
    mapping.hasInlineFrames_p = true
    profile.mapping.append(mapping)
    mappingIDs[module] = mapping.id
    return mapping.id
  }

  private func fileOffset(_ start: UInt64, in module: Module) -> UInt64 {
    guard let bias = module.bias, bias <= start else { return 0 }
    return start - bias
  }
}
