// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>

class QComboBox;
class QSpinBox;

namespace birblens {

/** A length of time as a number with its unit, seconds or minutes. */
class GapEditor : public QWidget
{
    Q_OBJECT
public:
    static constexpr int most = 999; ///< of either unit; the least is 1

    /** @p before and @p after are the words around it. */
    GapEditor(const QString &before, const QString &after, QWidget *parent = nullptr);

    double seconds() const;
    /** Whole minutes are shown as such, everything else as seconds. No signal. */
    void setSeconds(double seconds);

Q_SIGNALS:
    /** The person chose another length; while a number is typed only when it is finished. */
    void secondsChanged(double seconds);

private:
    QSpinBox *m_number;
    QComboBox *m_unit;
};

} // namespace birblens
