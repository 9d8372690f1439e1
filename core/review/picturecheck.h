// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"
#include "core/store/picture.h"

#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QSet>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace birblens {

struct KnownDay;

/** What a look at files has found; one of several of the same look. */
struct PictureFindings
{
    QList<Picture> seen; ///< new to the store, or in files that have changed
    /** From a frame whose file is gone to the only one that holds the same picture. */
    QList<std::pair<QString, QString>> moved;
    bool settled = false; ///< what follows can be had later: nobody needs to wait for it
    std::optional<Error> problem = {}; ///< why the look has ended early
};

/** Values for the worker. */
struct PictureLook
{
    QString folder;                        ///< the day's, absolute
    QString storePath;                     ///< of its open store
    std::shared_ptr<const KnownDay> known; ///< the frames
    /** Frames that were just labelled or predicted; empty: all of the day that have something. */
    QStringList keys;
    std::shared_ptr<std::atomic_bool> cancelled;
};

/**
 * Compares size and time of files with those noted, and takes the fingerprints of those that differ
 * and of those that have none yet, first where somebody waits. On any thread.
 */
void lookAtPictures(const PictureLook &look, const std::function<void(PictureFindings)> &found);

/**
 * Looks at the files of the open day on a thread of its own, one look after the other. GUI thread.
 */
class PictureCheck : public QObject
{
    Q_OBJECT
public:
    explicit PictureCheck(QObject *parent = nullptr);
    ~PictureCheck() override; ///< cancels and waits

    /** For the whole process, when there is no window to keep quick: nothing is put off. */
    static void hurry(bool on = true);

    /** All frames of a day that was opened, once its first page is there; what was looked at of the
     * day before is forgotten. */
    void open(const QString &folder, const QString &storePath,
              const std::shared_ptr<const KnownDay> &known);
    /** The day was listed again: looked at, later if the last look has taken long shortly before,
     * or is not over yet. */
    void listedAgain(const std::shared_ptr<const KnownDay> &known);
    /** Frames that were just labelled or predicted. */
    void take(const QStringList &keys);
    void close();
    /** Whether something is under way that a command waits for. */
    bool isSettled() const
    {
        return m_waiting == 0 && m_toTake.isEmpty() && !m_whenShown.isActive();
    }

Q_SIGNALS:
    void found(const birblens::PictureFindings &findings);
    void settled();

private:
    void lookAtDay();
    void lookAgain();
    void start(PictureLook look);
    void lookIsSettled(quint64 ticket);

    PictureLook m_day;
    QTimer m_whenShown;        ///< then the whole day is looked at
    QTimer m_again;            ///< likewise, as the day was listed again
    bool m_lookWanted = false; ///< when the look that is under way is over
    QTimer m_later;
    QStringList m_toTake;
    quint64 m_ticket = 0; ///< of the open day
    int m_waiting = 0;    ///< looks that are not settled yet
    int m_dayLooks = 0;   ///< looks at the whole day that are not over, of any day
    QElapsedTimer m_lastLook;
    qint64 m_lastDuration = 0; ///< ms
    QThreadPool m_pool;        ///< last: waits before anything else goes
};

} // namespace birblens
