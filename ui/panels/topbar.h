#pragma once

#include "ui/models/framefiltermodel.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QProgressBar;
class QSlider;
class QToolButton;

namespace birblens {

class ReviewSession;

/** Which day, which of its frames, and how far the review is. */
class TopBar : public QWidget
{
    Q_OBJECT
public:
    explicit TopBar(ReviewSession &session, QWidget *parent = nullptr);

    FrameCriteria criteria() const;
    void setCriteria(const FrameCriteria &criteria);

Q_SIGNALS:
    void criteriaChanged(const birblens::FrameCriteria &criteria);

private:
    void dayChanged();
    void countsChanged();
    void listLabels();
    void tellCriteria();

    ReviewSession &m_session;
    QLabel *m_day;
    QComboBox *m_label;
    QSlider *m_probability;
    QLabel *m_probabilityNumber;
    QComboBox *m_review;
    QToolButton *m_clear;
    QLabel *m_count;
    QLabel *m_progressText;
    QProgressBar *m_progress;
    QTimer m_later;
};

} // namespace birblens
