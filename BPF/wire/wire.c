// SPDX-License-Identifier: Apache-2.0
// A source file, so that a change of the headers rebuilds every Swift module that imports them. SwiftPM
// does not notice when the header of a system library target changes.
#include "bpfleak_wire.h"
