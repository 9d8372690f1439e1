#pragma once

#include "core/frames/dayscanner.h"
#include "core/frames/frame.h"
#include "core/model/prediction.h"
#include "core/review/store.h"
#include "core/review/truelabel.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QSet>

#include <optional>

namespace birblens {

/** A frame with everything known about it. */
struct FrameEntry
{
    Frame frame;
    std::optional<Prediction> prediction; ///< of the opened model
    LabelRecord record;
    Mark mark;
    bool trashed = false; ///< the person moved its file to the trash; it is gone, too
    QString problem;      ///< why it cannot be decoded; empty while unknown or fine

    const TrueLabel &label() const { return record.label; }
    ReviewState state() const;
};

/** The frames of a day put together, on any thread. */
struct DayEntries
{
    QList<FrameEntry> entries; ///< in capture order, every key once
    QHash<QString, int> rows;  ///< by key
    int reviewed = 0;          ///< labelled or unsure, not in the trash
    int trashed = 0;
};

/** @p frames are sorted by Frame::earlier; of frames with the same key the first one counts. */
DayEntries dayEntries(const QList<Frame> &frames, const QHash<QString, LabelRecord> &records,
                      const QHash<QString, Prediction> &predictions,
                      const QHash<QString, Mark> &marks = {}, const QSet<QString> &trashed = {});

/**
 * The frames of the opened day in capture order. GUI thread only. Rows never move once inserted;
 * new frames are inserted where they belong. Signals follow QAbstractItemModel's protocol.
 */
class Day : public QObject
{
    Q_OBJECT
public:
    explicit Day(QObject *parent = nullptr);

    const DaySource &source() const { return m_source; }
    int size() const { return static_cast<int>(m_entries.size()); }
    const FrameEntry &at(int row) const { return m_entries.at(row); }
    int rowOf(const QString &key) const;                    ///< -1 when unknown
    int presentCount() const { return size() - m_trashed; } ///< not in the trash
    int reviewedCount() const { return m_reviewed; }        ///< of those: labelled or unsure
    const QSet<QString> &problemKeys() const { return m_problems; }

    void reset(const DaySource &source);
    /** Everything at once, one reset for the views. */
    void reset(const DaySource &source, DayEntries entries);
    /** Adds unknown frames in order; updates known ones where they are. Frames not in the list
     * stay. */
    void merge(const QList<Frame> &frames);
    void setRecord(const QString &key, const LabelRecord &record);
    void setRecords(const QHash<QString, LabelRecord> &records);
    void setPredictions(const QHash<QString, Prediction> &predictions);
    void clearPredictions();
    void setProblem(const QString &key, const QString &problem);
    void setMarks(const QHash<QString, Mark> &marks);
    /** Their files are in the trash now, or are back from there. */
    void setTrashed(const QStringList &keys, bool trashed);

Q_SIGNALS:
    void aboutToReset();
    void wasReset();
    void aboutToInsert(int first, int last);
    void inserted(int first, int last);
    void changed(int first, int last);
    void reviewedCountChanged(); ///< also presentCount()

private:
    void insert(QList<Frame> fresh);
    void reindex(int from);

    DaySource m_source;
    QList<FrameEntry> m_entries;
    QHash<QString, int> m_rows;
    QSet<QString> m_problems;
    int m_reviewed = 0;
    int m_trashed = 0;
};

} // namespace birblens
