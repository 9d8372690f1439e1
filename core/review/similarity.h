// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <atomic>
#include <memory>

namespace birblens {

class FeatureTable;
class ReviewSession;

/**
 * How much alike the frames of the day are to the open model: the cosine of what the network makes
 * of them (see packedFeatures()) with what it makes of one of them. GUI thread; reading and
 * comparing happen on a worker. The destructor cancels and waits.
 */
class Similarity : public QObject
{
    Q_OBJECT
public:
    explicit Similarity(ReviewSession &session);
    ~Similarity() override;

    /**
     * Compares every frame with @p key; compared() follows, or failed() when that cannot be. What
     * is being compared is forgotten. Another day or model forgets everything: no signal follows
     * then.
     */
    void compareWith(const QString &key);
    bool isComparing() const { return !m_wanted.isEmpty(); }
    /** The frame that FrameEntry::similarity is with; empty: none. */
    QString reference() const { return m_reference; }
    /** Frames that classifying the day would give features. */
    int missing() const;

Q_SIGNALS:
    void comparing(const QString &key);
    void compared(const QString &key);
    void failed(const birblens::Error &error);

private:
    struct Answer;
    void start();
    void arrived(const Result<Answer> &answer);
    void forget();
    void tableIsOld();

    ReviewSession &m_session;
    QString m_wanted;
    QString m_reference;
    quint64 m_ticket = 0; ///< of the newest task: an older one's answer is dropped
    std::shared_ptr<std::atomic_bool> m_cancelled;
    std::shared_ptr<FeatureTable>
        m_table; ///< as it was when the day had that many frames, features
    int m_tableFeatures = 0;
    QThreadPool m_pool; ///< last: waits for the worker before anything else goes
};

} // namespace birblens
