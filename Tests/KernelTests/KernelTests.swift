// SPDX-License-Identifier: Apache-2.0
import Testing

/// Everything that runs real programs under a real trace, one after the other.
@Suite(
  .serialized, .needs(.tracing), .endsWhatItStarts,
  .timeLimit(.minutes(4 * Slowness.factor)))
enum KernelTests {}
