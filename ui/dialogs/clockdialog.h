// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>

class QComboBox;
class QDateTimeEdit;
class QLabel;
class QPushButton;
class QRadioButton;
class QSpinBox;
class QTimeEdit;

namespace birblens {

class ReviewSession;

/**
 * Corrects the camera's clock, by an amount or by the time at which the current frame was taken.
 * Not modal: the frame, and the frames that are selected, can be changed beside it. Every
 * correction is one step of undo.
 */
class ClockDialog : public QDialog
{
    Q_OBJECT
public:
    ClockDialog(ReviewSession &session, QWidget *parent = nullptr);

private:
    void frameChanged();
    void refresh();
    void apply();
    qint64 shift() const; ///< milliseconds
    QStringList keys() const;

    ReviewSession &m_session;
    QRadioButton *m_day;
    QRadioButton *m_selected;
    QRadioButton *m_byAmount;
    QRadioButton *m_byFrame;
    QComboBox *m_sign;
    QSpinBox *m_days;
    QTimeEdit *m_clock;
    QDateTimeEdit *m_time;
    QLabel *m_preview;
    QLabel *m_original;
    QPushButton *m_apply;
    QPushButton *m_clear;
};

} // namespace birblens
