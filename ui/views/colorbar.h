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
    /** Nothing: no map is shown now, the bar is drawn without numbers. */
    void setRange(std::optional<ScaleRange> range);
    std::optional<ScaleRange> range() const { return m_range; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_map;
    std::optional<ScaleRange> m_range;
};

/** A strip of a colour map, for menus. */
QPixmap colorMapPixmap(const QString &name, const QSize &size, qreal ratio);

} // namespace birblens
