// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/memory.h"

#include <QByteArray>
#include <QFile>

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace birblens {

double residentMegabytes()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0.0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').first().toDouble() / 1024.0;
    }
    return 0.0;
}

void returnFreeMemory()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

} // namespace birblens
