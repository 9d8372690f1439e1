// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/classcolor.h"

#include <array>

namespace birblens {

QColor classColor(int index)
{
    // Okabe and Ito's palette without black, neighbours far apart.
    static const std::array<QColor, 7> okabeIto{QColor(0xe6, 0x9f, 0x00), QColor(0x56, 0xb4, 0xe9),
                                                QColor(0x00, 0x9e, 0x73), QColor(0xcc, 0x79, 0xa7),
                                                QColor(0xd5, 0x5e, 0x00), QColor(0x00, 0x72, 0xb2),
                                                QColor(0xf0, 0xe4, 0x42)};
    const int count = static_cast<int>(okabeIto.size());
    if (index < 0)
        return QColor(0x8c, 0x8f, 0x93);
    const QColor color = okabeIto[static_cast<size_t>(index % count)];
    switch (index / count % 3) {
    case 1:
        return color.darker(140);
    case 2:
        return color.lighter(125);
    default:
        return color;
    }
}

QColor classColor(const QStringList &vocabulary, const QString &name)
{
    if (name.isEmpty() || name == QLatin1String("none"))
        return classColor(-1);
    const qsizetype index = vocabulary.indexOf(name);
    if (index >= 0)
        return classColor(static_cast<int>(index));
    uint sum = 0;
    for (const QChar c : name)
        sum = sum * 31 + c.unicode();
    return classColor(static_cast<int>(sum % 7));
}

} // namespace birblens
