// SPDX-License-Identifier: Apache-2.0
public import Pipeline

/// What a recording holds besides records: how the run started, and everything else that its pipeline
/// took in, in that order.
public enum RecordingFrame: Sendable {
  case start(StartFacts)
  case input(PipelineInput)
  /// An answer to a question that the item before caused.
  case answer(RecordedAnswer)
}
