// SPDX-License-Identifier: Apache-2.0
// A source file, so that a change of the header rebuilds every Swift module that imports it: a
// header-only system library target goes stale unnoticed.
#include "bpfleak_wire.h"
