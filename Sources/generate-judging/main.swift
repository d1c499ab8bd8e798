// SPDX-License-Identifier: Apache-2.0
import LeakDetection

print(JudgingPage(.standard).text, terminator: "")
