// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopixels.h"

#include <QColor>

namespace birblens::demo {

/// The colours of a bird.
struct Plumage
{
    QColor cap;
    QColor cheek;
    QColor bib;
    QColor nape;
    QColor back;
    QColor wing;
    QColor wingEdge;
    QColor breast;
    QColor flank;
    QColor tail;
    QColor beak;
    QColor leg;
    bool streaked = false;
    double bibSize = 1;
};

/// The build of a bird, for a length of 1 from beak to tail.
struct Shape
{
    double bodyLength; ///< half the long axis
    double bodyDepth;  ///< half the short axis
    double head;       ///< radius
    double tail;       ///< length
    double tailWidth;
    double beak; ///< length
    double beakDepth;
    double leg;
    double neck; ///< how far the head stands off
};

Plumage chickadeePlumage(Dice &dice);
/// Males with bib and grey crown, or females.
Plumage sparrowPlumage(Dice &dice);
Plumage magpiePlumage();

} // namespace birblens::demo
