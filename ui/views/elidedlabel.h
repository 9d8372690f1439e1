// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QLabel>

namespace birblens {

/** One line that gives way: shortened in the middle when there is no room, whole as its tooltip. */
class ElidedLabel : public QLabel
{
    Q_OBJECT
public:
    using QLabel::QLabel;

    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;
};

} // namespace birblens
