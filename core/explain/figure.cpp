// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/figure.h"

#include "core/explain/cammethods.h"

#include <QFont>
#include <QFontMetrics>
#include <QPainter>

namespace birblens {

namespace {

/** Layout of the two panels, all in pixels, growing with the frame. */
struct Layout
{
    explicit Layout(const QSize &frame)
        : font(qMax(11, frame.width() / 28))
        , margin(font)
        , title(font * 2)
        , canvas(3 * margin + 2 * frame.width(), margin + title + frame.height())
        , left(QPoint(margin, title), frame)
        , right(QPoint(2 * margin + frame.width(), title), frame)
    {
    }
    QRect titleOf(const QRect &panel) const { return {panel.left(), 0, panel.width(), title}; }

    int font;
    int margin;
    int title;
    QSize canvas;
    QRect left;
    QRect right;
};

QString scaleText(const FigureInput &input)
{
    const char *mode = input.style.scale == ScaleMode::PerFrame ? "per frame"
                       : input.style.scale == ScaleMode::Shared ? "shared"
                                                                : "fixed";
    return QStringLiteral("%1, %2 to %3")
        .arg(QLatin1String(mode))
        .arg(static_cast<double>(input.range.low), 0, 'g', 6)
        .arg(static_cast<double>(input.range.high), 0, 'g', 6);
}

} // namespace

QString figureTitle(const QString &method, const QString &className)
{
    const CamMethodInfo *info = findCamMethod(method);
    return QStringLiteral("%1 (%2)").arg(info ? info->title : method, className);
}

void drawFittedText(QPainter &painter, const QRect &box, const QString &text)
{
    painter.save();
    QFont font = painter.font();
    const int smallest = font.pixelSize() * 2 / 3;
    while (font.pixelSize() > smallest && QFontMetrics(font).horizontalAdvance(text) > box.width())
        font.setPixelSize(font.pixelSize() - 1);
    painter.setFont(font);
    painter.drawText(box, Qt::AlignCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, box.width()));
    painter.restore();
}

QImage renderOverlay(const FigureInput &input)
{
    QImage image = input.photo.convertToFormat(QImage::Format_RGB32);
    QPainter painter(&image);
    painter.setOpacity(input.style.alpha);
    painter.drawImage(QPoint(), renderHeat(input.map.map,
                                           placeOf(input.map, input.frameSize, input.inputRect,
                                                   input.model.input.size(), input.style.align),
                                           input.range, input.style.colorMap));
    return image;
}

QImage renderFigure(const FigureInput &input)
{
    const Layout layout(input.frameSize);
    const QString className = targetName(input.model, input.map.target);

    QImage image(layout.canvas, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::TextAntialiasing | QPainter::SmoothPixmapTransform);
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPixelSize(layout.font);
    painter.setFont(font);
    painter.setPen(Qt::black);
    drawFittedText(painter, layout.titleOf(layout.left),
                   QStringLiteral("Prediction: ") +
                       describePrediction(input.model, input.prediction));
    drawFittedText(painter, layout.titleOf(layout.right), figureTitle(input.map.method, className));
    painter.drawImage(layout.left.topLeft(), input.photo);
    painter.drawImage(layout.right.topLeft(), renderOverlay(input));
    painter.end();

    image.setText(QStringLiteral("Software"), QStringLiteral("Birblens " BIRBLENS_VERSION));
    image.setText(QStringLiteral("Frame"), input.frameName);
    image.setText(QStringLiteral("Model"), input.model.name + QLatin1Char(' ') + input.model.id);
    image.setText(QStringLiteral("Prediction"), describePrediction(input.model, input.prediction));
    image.setText(QStringLiteral("Class"), className);
    image.setText(QStringLiteral("Layer"), input.map.layer);
    image.setText(QStringLiteral("Method"), input.map.method);
    image.setText(QStringLiteral("Alpha"), QString::number(input.style.alpha));
    image.setText(QStringLiteral("ColorMap"), input.style.colorMap);
    image.setText(QStringLiteral("Scale"), scaleText(input));
    const bool aligned = input.style.align == Alignment::ReceptiveField && input.map.grid.known;
    image.setText(QStringLiteral("Alignment"),
                  aligned ? QStringLiteral("receptive field") : QStringLiteral("stretch"));
    return image;
}

} // namespace birblens
