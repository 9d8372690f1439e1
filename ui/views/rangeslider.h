// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QWidget>

namespace birblens {

/**
 * A range within [0, 1] with two handles, over a histogram of what there is. Left and right move
 * the handle with the focus mark, Tab the other one; Home and End its ends.
 */
class RangeSlider : public QWidget
{
    Q_OBJECT
public:
    explicit RangeSlider(QWidget *parent = nullptr);

    double least() const { return m_ends[0]; }
    double most() const { return m_ends[1]; }
    void setRange(double least, double most); ///< rounded to hundredths
    /** Counts of equal bins over [0, 1]. */
    void setHistogram(const QList<int> &counts);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void rangeChanged(double least, double most);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override; ///< the whole range again
    void keyPressEvent(QKeyEvent *event) override;
    bool focusNextPrevChild(bool next) override;

private:
    QRect track() const;
    double valueAt(int x) const;
    int xOf(double value) const;
    void moveEnd(double value);

    double m_ends[2] = {0.0, 1.0};
    int m_held = 0; ///< the end that moves
    QList<int> m_histogram;
};

} // namespace birblens
