// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/explain/heatmap.h"

#include <QImage>
#include <QString>

class QPainter;

namespace birblens {

struct FigureInput
{
    QString frameName;
    QImage photo;
    ModelInfo model;
    Prediction prediction;
    QSize frameSize;
    QRect inputRect;
    ClassMap map;
    HeatStyle style;
    ScaleRange range;
};

/**
 * The article's figure: original left under `Prediction: chickadee (89.52%)`, overlay right under
 * `Grad CAM (chickadee)`, both at the frame's own resolution, on white. Frame name, model, class,
 * layer, method, alpha, colour map and scale are in the image's text metadata. Usable off the GUI
 * thread; needs a QGuiApplication for fonts.
 */
QImage renderFigure(const FigureInput &input);

/** The photograph, of frameSize, under its heatmap; nothing else. */
QImage renderOverlay(const FigureInput &input);

/** Centred; long text gets smaller letters, down to two thirds, before anything is left out. */
void drawFittedText(QPainter &painter, const QRect &box, const QString &text);

/** `Grad CAM (chickadee)`, `HiRes CAM (..)`, ... */
QString figureTitle(const QString &method, const QString &className);

} // namespace birblens
