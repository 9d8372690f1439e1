// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/heatmap.h"

#include <QPixmap>
#include <QWidget>

#include <optional>

namespace birblens {

/** What the colours of the heat mean: the colour map with numbers at its ends, and zero where it
 * lies. */
class ColorBar : public QWidget
{
    Q_OBJECT
public:
    explicit ColorBar(QWidget *parent = nullptr);

    void setColorMap(const QString &name);
    /** Without a range the bar has no numbers but, if there is one, @p caption. */
    /** What the numbers are, "logit evidence". */
    void setUnit(const QString &unit);
    void setRange(std::optional<ScaleRange> range, const QString &caption = {});
    std::optional<ScaleRange> range() const { return m_range; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_map;
    QString m_caption;
    QString m_unit;
    std::optional<ScaleRange> m_range;
};

/** Raw evidence as a number of about three digits. */
QString evidenceText(float value);

/** A strip of a colour map, for menus. */
QPixmap colorMapPixmap(const QString &name, const QSize &size, qreal ratio);

} // namespace birblens
