// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Reporting

/// What to show of a run, live or recorded.
struct ReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Do not show mappings smaller than this: 64K, 1M.", valueName: "size"),
    transform: SizeArgument.parse)
  var minSize: SizeArgument?

  @Flag(help: "One JSON object a line on standard output; short for --format ndjson.")
  var ndjson = false

  @Option(
    help: ArgumentHelp(
      "Which NDJSON lines to write: all, or a list such as leak,summary.", valueName: "list"),
    completion: .list(["all"] + typeNames))
  var events: String?

  @Option(
    help: ArgumentHelp("\(OutputForm.names).", valueName: "name"),
    completion: .list(OutputForm.allCases.map(\.rawValue)))
  var format: String?

  @Flag(help: "Exit with status 3 if there is a leak.")
  var failOnLeak = false

  @Flag(help: "Show libbpf's messages and the rule behind each verdict.")
  var verbose = false

  @Flag(help: "Print only failures on standard error.")
  var quiet = false

  /// `--format`, or `--ndjson`, or the ending of `output`.
  func form(output: String?) throws -> OutputForm {
    if ndjson {
      if let format, format != "ndjson" {
        throw ValidationError("--ndjson and --format \(format) contradict each other; give one")
      }
      return .ndjson
    }
    guard let format else { return output.flatMap { OutputForm(path: $0) } ?? .text }
    guard let form = OutputForm(rawValue: format) else {
      throw ValidationError("there is no format '\(format)'; use \(OutputForm.names)")
    }
    return form
  }

  static let typeNames = LineType.selectable.map(\.rawValue)

  /// The NDJSON lines to write.
  var lineTypes: Set<LineType> {
    get throws {
      guard let events else { return Set(LineType.selectable) }
      let names = events.split { $0 == "," || $0 == " " }.map(String.init)
      if names.isEmpty {
        throw ValidationError("--events takes all, or a list such as leak,summary")
      }
      for name in names where name != "all" && !Self.typeNames.contains(name) {
        throw ValidationError(
          "--events knows no type '\(name)'; there are \(Self.typeNames.joined(separator: ", "))")
      }
      return Set(
        LineType.selectable.filter { names.contains("all") || names.contains($0.rawValue) })
    }
  }

  func validate(output: String?) throws {
    let form = try form(output: output)
    if form != .ndjson, events != nil {
      throw ValidationError("--events chooses among NDJSON lines; add --ndjson")
    }
    if form == .pprof, output == nil, isatty(STDOUT_FILENO) == 1 {
      throw ValidationError(
        "--format pprof writes bytes that are not for a terminal; add --output profile.pb.gz")
    }
    _ = try lineTypes
  }
}

/// What to show of a run, and where.
struct OutputOptions: ParsableArguments {
  @OptionGroup
  var report: ReportOptions

  @Option(
    help: ArgumentHelp(
      "Write to this file instead of standard output. .ndjson, .folded, .svg, .pb.gz and .html set the format.",
      valueName: "file"),
    completion: .file())
  var output: String?

  func validate() throws { try report.validate(output: output) }

  /// What to say about a file name ending that stands for no format; nil for nothing.
  ///
  /// The file is written anyway, because GNU tools take any name (`leak.monday`). A user who meant a format
  /// learns it before the run is over.
  var notice: String? {
    guard let output, report.format == nil, !report.ndjson, !report.quiet,
      let ending = OutputForm.unknownEnding(of: output)
    else { return nil }
    return "\(output) is written as text, because '\(ending)' stands for no format; "
      + "choose another with --format: \(OutputForm.names)"
  }
}
