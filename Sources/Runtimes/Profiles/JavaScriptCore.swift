// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let javaScriptCore = RuntimeProfile(
    name: "JavaScriptCore",
    sources: ["https://github.com/oven-sh/bun: README.md, built on JavaScriptCore"],
    collector: CollectorProfile(processNames: ["bun"]))
}
