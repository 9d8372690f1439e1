// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QTimer>

namespace birblens {

class InferenceService;
class ReviewSession;

/**
 * Classifies the day in the background when frames lack a prediction of the open model: after a
 * day or a model was opened, when frames arrive and when pictures change. GUI thread only.
 */
class AutoClassify : public QObject
{
    Q_OBJECT
public:
    /** Both outlive it. */
    AutoClassify(ReviewSession &session, InferenceService &service, QObject *parent = nullptr);

    /** The person has stopped it: until start(), or until a day or a model is opened. */
    void stop();
    void start();

private:
    void classifyIfNeeded();

    ReviewSession &m_session;
    InferenceService &m_service;
    bool m_on = true;
    QTimer m_soon; ///< what happens at once is answered once
};

} // namespace birblens
