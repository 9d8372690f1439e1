// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"
#include "core/store/clockshifts.h"
#include "core/store/store.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <optional>

namespace birblens {

/**
 * Decisions that cannot be stored while another process holds a lock on the store: kept in memory
 * in the order in which they were made, and tried again five times a second. A decision has a
 * ticket, which is negative, until the store gives it its number. GUI thread only.
 */
class WaitingDecisions : public QObject
{
    Q_OBJECT
public:
    /** Stores a decision and shows it. @return its number in the store. */
    using Write = std::function<Result<qint64>(const QString &text, const DecisionSteps &steps)>;
    explicit WaitingDecisions(Write write, QObject *parent = nullptr);

    bool isEmpty() const { return m_waiting.isEmpty(); }
    int frames() const { return static_cast<int>(known().keys.size()); }
    /** Frames that a waiting decision labels or marks, or whose clock it corrects by name. */
    QSet<QString> keys() const { return known().keys; }
    /** What the last waiting decision makes of the frame; nothing when none does. */
    std::optional<TrueLabel> label(const QString &key) const;
    std::optional<Mark> mark(const QString &key) const;
    /** Corrects @p clock as it will be when all that waits is stored. */
    void applyTo(ClockShifts &clock) const;
    /** Why the last try failed; empty before the first. */
    const Error &problem() const { return m_problem; }

    /** @return the decision's ticket. */
    qint64 add(const QString &text, const DecisionSteps &steps);
    /** Whether the decision with this ticket is still waiting, or was withdrawn while it was. */
    bool knows(qint64 ticket) const;
    /** Takes a waiting decision back, or puts one that was taken back at the end of the line. */
    void setWithdrawn(qint64 ticket, bool withdrawn);
    /** The number in the store of what was once waiting; other numbers stay as they are. */
    qint64 stored(qint64 decision) const { return m_stored.value(decision, decision); }
    /** Tries now. @return whether nothing is waiting any more. */
    bool flush();
    /** Another day is opened; nothing may be waiting. */
    void reset();

Q_SIGNALS:
    void changed(const QStringList &keys); ///< frames that wait now, or no longer
    /** The first time that one of them fails for another reason than a lock. */
    void failed(const birblens::Error &error);

private:
    struct Waiting
    {
        qint64 ticket = 0;
        QString text;
        DecisionSteps steps;
    };

    /** What all that waits comes to, together. */
    struct Known
    {
        QSet<QString> keys;
        QHash<QString, TrueLabel> labels;
        QHash<QString, Mark> marks;
    };
    const Known &known() const;

    Write m_write;
    QList<Waiting> m_waiting; ///< oldest first
    QHash<qint64, Waiting> m_withdrawn;
    QHash<qint64, qint64> m_stored; ///< ticket -> number in the store
    qint64 m_lastTicket = 0;
    mutable std::optional<Known> m_known; ///< made when it is asked for
    Error m_problem;
    QString m_told; ///< the failure that was told last
    QTimer m_again;
};

} // namespace birblens
