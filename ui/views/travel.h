// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QElapsedTimer>
#include <QList>

namespace birblens {

/**
 * How somebody goes through a list: from where each step leads, and how quickly the steps come, it
 * says which places come next.
 */
class Travel
{
public:
    /** The person is at @p place now, -1 for nowhere in the list. */
    void moved(qsizetype place);
    /** The same with the time since the last step, in ms; negative when nobody moved for long. */
    void moved(qsizetype place, qint64 sinceLast);
    qsizetype at() const { return m_at; }
    qsizetype step() const { return m_step; } ///< of the last move: 1 forwards, -4 a line back
    /** The next step is likely to come before @p ms are over. */
    bool isFasterThan(double ms) const { return m_interval < ms; }
    /** How many steps it looks ahead: what comes within half a second, 3 to 16. */
    int depth() const;
    /**
     * Places to make ready, the most urgent first, within a list of @p count, at most @p room: the
     * steps ahead, then the one before, for who turns round. Where steps come faster than the
     * @p latencyMs that a picture takes, the first is the one that will be reached by then: nearer
     * ones would come too late, and stand at the end, for who stops.
     */
    QList<qsizetype> ahead(qsizetype count, int room, double latencyMs = 0.0) const;

private:
    QElapsedTimer m_last;
    qsizetype m_at = -1;
    qsizetype m_step = 1;
    double m_interval = 1000.0; ///< ms between steps of the same kind, smoothed
};

} // namespace birblens
