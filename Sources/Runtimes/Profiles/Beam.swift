// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// The virtual machine of Erlang and Elixir.
  static let beam = RuntimeProfile(
    name: "BEAM",
    sources: ["https://github.com/erlang/otp: erts/emulator/Makefile.in, beam.smp"],
    collector: CollectorProfile(processNames: ["beam.smp"]))
}
