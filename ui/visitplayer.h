// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

namespace birblens {

class ReviewSession;

/** Plays the current frame's visit as a film; going to another frame by hand ends it. */
class VisitPlayer : public QObject
{
    Q_OBJECT
public:
    /** @p session outlives it. */
    explicit VisitPlayer(ReviewSession &session, QObject *parent = nullptr);

    /** Starts at the first frame of the visit, or stops. */
    void toggle();

private:
    void showNext();

    ReviewSession &m_session;
    QTimer m_next;
    QStringList m_keys; ///< still to be shown
    QString m_shown;
};

} // namespace birblens
