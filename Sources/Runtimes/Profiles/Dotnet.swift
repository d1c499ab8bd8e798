// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let dotnet = RuntimeProfile(
    name: ".NET",
    sources: [
      "https://github.com/dotnet/runtime: src/coreclr/vm/finalizerthread.cpp, \".NET Finalizer\"",
      "https://github.com/dotnet/runtime: src/native/corehost (dotnet), src/mono (mono)",
    ],
    // A program that is published on its own has its own name; this thread tells.
    collector: CollectorProfile(
      processNames: ["dotnet", "mono"], threadNames: [".NET Finalizer"]))
}
