// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Debian's qcustomplot.h uses two keywords that QT_NO_KEYWORDS takes away.
#define signals Q_SIGNALS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef foreach
#undef signals
