// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoplumage.h"

namespace birblens::demo {

Plumage chickadeePlumage(Dice &dice)
{
    const int warm = dice.below(18);
    return {QColor(22, 22, 26),
            QColor(238, 238, 236),
            QColor(24, 24, 28),
            QColor(24, 24, 28),
            QColor(116 + warm, 118, 116),
            QColor(84, 88, 96),
            QColor(212, 214, 218),
            QColor(232, 228, 222),
            QColor(206, 176 + warm / 2, 142),
            QColor(80, 84, 92),
            QColor(30, 30, 32),
            QColor(72, 78, 90),
            false,
            1};
}

Plumage sparrowPlumage(Dice &dice)
{
    const bool male = dice.chance(0.55);
    const int warm = dice.below(20);
    Plumage p{QColor(124 + warm, 98, 76),
              QColor(188, 176, 160),
              QColor(176, 164, 148),
              QColor(142 + warm, 100, 70),
              QColor(132 + warm, 98, 66),
              QColor(104 + warm, 76, 54),
              QColor(208, 186, 152),
              QColor(186, 174, 160),
              QColor(160, 146, 130),
              QColor(92, 74, 60),
              QColor(110, 92, 70),
              QColor(150, 108, 90),
              true,
              0.6};
    if (male) {
        p.cap = QColor(112, 106, 102);
        p.cheek = QColor(206, 202, 196);
        p.bib = QColor(34, 28, 26);
        p.nape = QColor(116, 60, 36);
        p.back = QColor(140 + warm, 86, 50);
        p.wing = QColor(126 + warm, 78, 48);
        p.beak = QColor(50, 46, 44);
        p.bibSize = 1.15;
    }
    return p;
}

Plumage magpiePlumage()
{
    return {QColor(18, 19, 24),
            QColor(20, 21, 26),
            QColor(18, 19, 24),
            QColor(18, 19, 24),
            QColor(20, 22, 28),
            QColor(26, 44, 84),
            QColor(236, 238, 240),
            QColor(238, 238, 236),
            QColor(30, 30, 36),
            QColor(20, 52, 58),
            QColor(20, 20, 22),
            QColor(26, 26, 28),
            false,
            1.7};
}

} // namespace birblens::demo
