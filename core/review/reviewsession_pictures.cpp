// ReviewSession: files that hold another picture than the one that was labelled, and labelled
// pictures that lie elsewhere now.

#include "core/counted.h"
#include "core/review/birbcamdatabase.h"
#include "core/review/dayloader.h"
#include "core/review/daywatcher.h"
#include "core/review/picturecheck.h"
#include "core/review/reviewsession.h"

namespace birblens {

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
    if (m_model)
        return &m_model->info;
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
    if (m_store)
        m_pictures->open(m_day.source().folder, m_store->path(), m_known);
}

void ReviewSession::picturesFound(const PictureFindings &findings)
{
    if (findings.problem)
        say(Message::Level::Warning, findings.problem->sentence());
    notePictures(findings.seen);
    moveRecords(findings.moved);
}

void ReviewSession::notePictures(const QList<Picture> &seen)
{
    if (!m_store || seen.isEmpty())
        return;
    const auto news = m_store->notePictures(seen);
    if (!news || news->isEmpty()) // not noted, it is found again at the next look
        return;
    const QStringList keys = news->changed + news->restored;
    m_day.dropPredictions(keys);
    m_day.setOtherPicture(news->restored, false);
    m_day.setOtherPicture(news->changed, true);
    int labelled = 0;
    for (const QString &key : news->changed) {
        const int row = m_day.rowOf(key);
        labelled += row >= 0 && m_day.at(row).pictureChanged() ? 1 : 0;
    }
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
    if (!news->restored.isEmpty() || m_loadingPredictions)
        loadPredictions();
}

void ReviewSession::moveRecords(const QList<std::pair<QString, QString>> &pairs)
{
    if (!m_store || pairs.isEmpty())
        return;
    const auto moved = m_store->moveRecords(pairs);
    if (!moved) {
        say(Message::Level::Warning, tr("Labels of files that were renamed stay behind for now. %1")
                                         .arg(moved.error().sentence()));
        return;
    }
    QHash<QString, LabelRecord> records;
    QHash<QString, Mark> marks;
    for (auto it = moved->cbegin(); it != moved->cend(); ++it) {
        m_unlisted.remove(it->from);
        records.insert(it.key(), it->record);
        marks.insert(it.key(), it->mark);
        if (m_day.rowOf(it->from) >= 0) {
            records.insert(it->from, {});
            marks.insert(it->from, {});
        }
    }
    if (records.isEmpty())
        return;
    for (auto it = records.cbegin(); it != records.cend(); ++it)
        m_touched.insert(it.key());
    takeRecords(records);
    m_day.setMarks(marks);
    m_dayVocabulary.reset();
    loadPredictions();
    Q_EMIT labelsChanged(records.keys());
    say(Message::Level::Info,
        counted(moved->size(),
                tr("%1 labelled picture was renamed or moved; it has kept its label."),
                tr("%1 labelled pictures were renamed or moved; they have kept their labels.")));
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
