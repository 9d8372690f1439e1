// SPDX-License-Identifier: GPL-3.0-or-later

// ReviewSession: files that hold another picture than the one that was labelled, and labelled
// pictures that lie elsewhere now.

#include "core/camera/birbcamdatabase.h"
#include "core/counted.h"
#include "core/review/dayloader.h"
#include "core/review/daywatcher.h"
#include "core/review/picturecheck.h"
#include "core/review/reviewsession.h"
#include "core/store/sqliteconnection.h"

#include <QDeadlineTimer>

namespace birblens {

namespace {

/** Before a decision, in the window. */
constexpr int lookMilliseconds = 40;
/** Of more frames than that the whole table is read at once. */
constexpr qsizetype lookedUpOneByOne = 1000;

} // namespace

bool ReviewSession::isSettled() const
{
    return !m_opening && !m_loadingPredictions && m_pictures->isSettled();
}

void ReviewSession::tellWhenSettled()
{
    if (isSettled())
        Q_EMIT settled();
}

const ModelInfo *ReviewSession::predictionModel() const
{
    if (m_explain.model())
        return &m_explain.model()->info;
    return m_lastModel ? &*m_lastModel : nullptr;
}

void ReviewSession::sayUnknownSettings(int count)
{
    if (count > 0)
        say(Message::Level::Info,
            counted(count,
                    tr("%1 prediction was made by an older Birblens with settings that are unknown "
                       "now; it is shown until the frame is classified again."),
                    tr("%1 predictions were made by an older Birblens with settings that are "
                       "unknown now; they are shown until the frames are classified again.")));
}

/** The day is shown: what has become of its files may take a while. */
void ReviewSession::lookAtPictures()
{
    m_unnoted.clear();
    m_picturesProblem.reset();
    if (m_store)
        m_pictures->open(m_day.source().folder, m_store->path(), m_known);
}

void ReviewSession::picturesFound(const PictureFindings &findings)
{
    if (findings.problem)
        picturesFailed(*findings.problem);
    (void)notePictures(findings.seen);
    moveRecords(findings.moved);
}

/** Until it has worked, a label may be shown for a picture that it is not for. */
void ReviewSession::picturesFailed(const Error &error)
{
    if (!m_picturesProblem || m_picturesProblem->sentence() != error.sentence())
        say(Message::Level::Problem,
            tr("Whether files still hold the pictures that were labelled is not known. %1")
                .arg(error.sentence()));
    m_picturesProblem = error;
}

/** And what could not be noted before, while another program held a lock. */
Result<void> ReviewSession::notePictures(const QList<Picture> &seen)
{
    m_unnoted += seen;
    if (!m_store || m_unnoted.isEmpty())
        return {};
    const auto news = m_store->notePictures(m_unnoted);
    if (!news) {
        if (mayWait() && isLocked(news.error()))
            return news.error(); // tried again
        m_unnoted.clear();       // found again at the next look
        picturesFailed(news.error());
        return news.error();
    }
    m_unnoted.clear();
    showPictures(*news);
    return {};
}

void ReviewSession::showPictures(const PictureNews &news)
{
    if (news.isEmpty())
        return;
    const QStringList keys = news.changed + news.restored;
    m_day.dropPredictions(keys);
    m_day.setOtherPicture(news.restored, false);
    m_day.setOtherPicture(news.changed, true);
    int labelled = 0;
    for (const QString &key : news.changed) {
        const int row = m_day.rowOf(key);
        if (row < 0)
            m_unlistedOther.insert(key);
        labelled += row >= 0 && m_day.at(row).pictureChanged() ? 1 : 0;
    }
    for (const QString &key : news.restored)
        m_unlistedOther.remove(key);
    reloadClock(); // corrections of these frames' own go with their pictures
    m_dayVocabulary.reset();
    Q_EMIT picturesChanged(keys);
    Q_EMIT labelsChanged(keys);
    if (keys.contains(m_currentKey))
        Q_EMIT currentFrameChanged();
    if (labelled > 0)
        say(Message::Level::Warning,
            counted(labelled,
                    tr("%1 labelled frame holds another picture now; its label is set aside until "
                       "you decide."),
                    tr("%1 labelled frames hold other pictures now; their labels are set aside "
                       "until you decide.")));
    // What was said of a picture that has come back; or what is being read may be of one before.
    if (!news.restored.isEmpty() || m_loadingPredictions)
        loadPredictions();
}

/**
 * What is decided is for the picture that is there now: a file that was replaced a moment ago is
 * noticed first. @return the frames that hold another picture than before.
 */
QSet<QString> ReviewSession::lookBeforeDeciding(const QStringList &keys)
{
    QSet<QString> replaced;
    if (!m_store || keys.isEmpty())
        return replaced;
    QHash<QString, Picture> known;
    if (keys.size() <= lookedUpOneByOne) {
        for (const QString &key : keys) {
            if (const auto one = m_store->picture(key); one && *one)
                known.insert(key, **one);
        }
    } else {
        const QSet<QString> asked(keys.cbegin(), keys.cend());
        (void)m_store->readPictures([&](const Picture &picture) {
            if (asked.contains(picture.key))
                known.insert(picture.key, picture);
        });
    }
    // On a slow disk the window does not stand still for it; the look that follows finds the rest.
    const QDeadlineTimer patience =
        mayWait() ? QDeadlineTimer(lookMilliseconds) : QDeadlineTimer(QDeadlineTimer::Forever);
    QList<Picture> seen;
    for (const Picture &before : std::as_const(known)) {
        if (patience.hasExpired())
            break;
        const QString path = pathOf(before.key);
        const auto file = fileOfFrame(before.key, path);
        if (!file || (file->size == before.size && file->modified == before.modified))
            continue;
        const auto now = pictureOfFrame(before.key, path);
        if (!now || now->fingerprint.isEmpty())
            continue;
        seen.append(*now);
        if (!before.fingerprint.isEmpty() && before.fingerprint != now->fingerprint)
            replaced.insert(before.key);
    }
    (void)notePictures(seen);
    return replaced;
}

void ReviewSession::moveRecords(const QList<std::pair<QString, QString>> &pairs)
{
    if (!m_store || pairs.isEmpty())
        return;
    const auto moved = m_store->moveRecords(pairs);
    if (!moved) {
        say(Message::Level::Warning, tr("Labels of files that were renamed stay behind for now. %1")
                                         .arg(moved.error().sentence()));
        if (!mayWait()) // a command would go on without these labels
            m_picturesProblem = moved.error();
        return;
    }
    QHash<QString, LabelRecord> records;
    QHash<QString, Mark> marks;
    QStringList same;
    QStringList other;
    int labelled = 0;
    for (auto it = moved->cbegin(); it != moved->cend(); ++it) {
        m_unlisted.remove(it->from);
        m_unlistedMarks.remove(it->from);
        m_unlistedOther.remove(it->from);
        records.insert(it.key(), it->record);
        marks.insert(it.key(), it->mark);
        (it->otherPicture ? other : same).append(it.key());
        same.append(it->from);
        labelled += it->record.label.kind != TrueLabel::Kind::Unreviewed ? 1 : 0;
        if (m_day.rowOf(it->from) >= 0) {
            records.insert(it->from, {});
            marks.insert(it->from, {});
        }
    }
    if (records.isEmpty())
        return;
    for (auto it = records.cbegin(); it != records.cend(); ++it)
        m_touched.insert(it.key());
    m_day.setOtherPicture(same, false);
    m_day.setOtherPicture(other, true);
    takeRecords(records);
    m_day.setMarks(marks);
    reloadClock();
    m_dayVocabulary.reset();
    loadPredictions();
    Q_EMIT labelsChanged(records.keys());
    if (labelled > 0)
        say(Message::Level::Info,
            counted(labelled,
                    tr("%1 labelled picture was renamed or moved; it has kept its label."),
                    tr("%1 labelled pictures were renamed or moved; they have kept their "
                       "labels.")));
}

/** Another Birblens may have decided. */
void ReviewSession::reloadOtherPictures(const QSet<QString> &other)
{
    QStringList same;
    QStringList changed;
    for (int row = 0; row < m_day.size(); ++row) {
        const FrameEntry &entry = m_day.at(row);
        const bool now = other.contains(entry.frame.key);
        if (now != entry.otherPicture && !m_touched.contains(entry.frame.key))
            (now ? changed : same).append(entry.frame.key);
    }
    m_day.setOtherPicture(same, false);
    m_day.setOtherPicture(changed, true);
    keepUnlisted(other);
}

// What the store has of frames that are not in the day, for when they appear.

void ReviewSession::keepUnlisted(const QHash<QString, Mark> &marks)
{
    m_unlistedMarks.clear();
    for (auto it = marks.cbegin(); it != marks.cend(); ++it) {
        if (m_day.rowOf(it.key()) < 0)
            m_unlistedMarks.insert(it.key(), *it);
    }
}

void ReviewSession::keepUnlisted(const QSet<QString> &otherPictures)
{
    m_unlistedOther.clear();
    for (const QString &key : otherPictures) {
        if (m_day.rowOf(key) < 0)
            m_unlistedOther.insert(key);
    }
}

/** Frames that were missing when the day was opened: what the store has of them. */
void ReviewSession::takeUnlisted(const QList<Frame> &frames)
{
    QHash<QString, LabelRecord> records;
    QHash<QString, Mark> marks;
    QStringList other;
    for (const Frame &frame : frames) {
        if (m_unlisted.contains(frame.key))
            records.insert(frame.key, m_unlisted.take(frame.key));
        if (m_unlistedMarks.contains(frame.key))
            marks.insert(frame.key, m_unlistedMarks.take(frame.key));
        if (m_unlistedOther.remove(frame.key))
            other.append(frame.key);
    }
    m_day.setOtherPicture(other, true);
    takeRecords(records);
    m_day.setMarks(marks);
}

/** For a store that cannot be read any more. */
RememberedDay ReviewSession::remembered() const
{
    RememberedDay day{m_unlisted, m_unlistedMarks, m_unlistedOther, m_day.clock()};
    for (int row = 0; row < m_day.size(); ++row) {
        const FrameEntry &entry = m_day.at(row);
        if (entry.record != LabelRecord())
            day.labels.insert(entry.frame.key, entry.record);
        if (entry.mark != Mark())
            day.marks.insert(entry.frame.key, entry.mark);
        if (entry.otherPicture)
            day.otherPictures.insert(entry.frame.key);
    }
    return day;
}

void ReviewSession::keepLabel(const QStringList &keys)
{
    decide(
        keys,
        [](const FrameEntry &entry) {
            return entry.pictureChanged() ? std::optional(entry.record.label) : std::nullopt;
        },
        tr("Keep the label"));
}

void ReviewSession::labelAnew(const QStringList &keys)
{
    decide(
        keys,
        [](const FrameEntry &entry) {
            return entry.pictureChanged() ? std::optional(TrueLabel::unreviewed()) : std::nullopt;
        },
        tr("Label anew"));
}

} // namespace birblens
