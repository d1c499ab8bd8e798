// SPDX-License-Identifier: Apache-2.0
public import Pipeline

/// What a recording holds beside records: how the run started, and everything that its pipeline took
/// in, in the order it did.
public enum RecordingFrame: Sendable {
  case start(StartFacts)
  case input(PipelineInput)
  /// An answer that was asked for because of the item before.
  case answer(RecordedAnswer)
}
