// SPDX-License-Identifier: GPL-2.0-only
#include "passes.h"

#ifdef BVM_TEST_BUILD
u32 passes_off;
#endif
