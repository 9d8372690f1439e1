// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/camera/dayscanner.h"
#include "core/frames/frame.h"
#include "core/model/prediction.h"
#include "core/store/clockshifts.h"
#include "core/store/store.h"
#include "core/store/truelabel.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QSet>
#include <QStringList>

#include <limits>
#include <optional>
#include <vector>

namespace birblens {

/** A frame with everything known about it. */
struct FrameEntry
{
    Frame frame;
    std::optional<Prediction> prediction; ///< of the opened model
    LabelRecord record;
    Mark mark;
    bool trashed = false;     ///< the person moved its file to the trash; it is gone, too
    QString problem;          ///< why it cannot be decoded; empty while unknown or fine
    QString silence;          ///< why the opened model says nothing of it; empty: it does, or may
    bool hasFeatures = false; ///< of the opened model, in the store
    /** Another picture has taken the place of the one that the record is for. */
    bool otherPicture = false;
    bool waiting = false; ///< a decision about it is not in the store yet, see WaitingDecisions
    /** Cosine with the frame that the day was compared with last; not a number: not known. */
    float similarity = std::numeric_limits<float>::quiet_NaN();

    /** What is known of this picture: unreviewed when the label in `record` is another one's. */
    const TrueLabel &label() const;
    /** Whether a label waits for the person to say whether it holds for this picture, too. */
    bool pictureChanged() const
    {
        return otherPicture && record.label.kind != TrueLabel::Kind::Unreviewed;
    }
    ReviewState state() const;
    bool isReviewed() const; ///< by a person, and not in the trash
};

/** Adds what the camera or a person called the frame. */
void addLabels(const FrameEntry &entry, QSet<QString> &labels);

/** The frames of a day put together, on any thread. */
struct DayEntries
{
    QList<FrameEntry> entries; ///< in capture order, every key once
    QStringList keys;          ///< of the entries
    QHash<QString, int> rows;  ///< by key
    QStringList labels;        ///< of all frames, see addLabels(); ordered
    int reviewed = 0;          ///< labelled or unsure, not in the trash
    int trashed = 0;
    int features = 0;          ///< frames that have features
    QSet<QString> suffixWords; ///< in names whose text may be a prediction; see Frame::suffixAt
    QSet<QString> cameraNames; ///< labels that the camera database knows
    ClockShifts clock;         ///< as it was applied to the entries
};

/** What a model said of the frames of a day earlier. */
struct KnownPredictions
{
    QStringList keys; ///< in the day's order; the lists below are as long
    std::vector<std::optional<Prediction>> predictions;
    std::vector<bool> features; ///< whether there are some
    int settingsUnknown = 0;    ///< of the predictions, see Prediction::settingsUnknown
};

/** @p frames are sorted by Frame::earlier; of frames with the same key the first one counts. */
DayEntries dayEntries(const QList<Frame> &frames, const QHash<QString, LabelRecord> &records,
                      const QHash<QString, Prediction> &predictions,
                      const QHash<QString, Mark> &marks = {}, const QSet<QString> &trashed = {},
                      const QSet<QString> &features = {}, const QSet<QString> &otherPictures = {});

/**
 * The frames of the opened day in capture order. GUI thread only. New frames are inserted where
 * they belong; rows move only when times change, which is told as a reset. Signals follow
 * QAbstractItemModel's protocol.
 */
class Day : public QObject
{
    Q_OBJECT
public:
    explicit Day(QObject *parent = nullptr);

    const DaySource &source() const { return m_source; }
    int size() const { return static_cast<int>(m_entries.size()); }
    const FrameEntry &at(int row) const { return m_entries.at(row); }
    const QStringList &keys() const { return m_keys; }      ///< of all rows
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
    /**
     * Classes of the opened model: a text behind the time in a frame's name that consists of them
     * is the camera's prediction. Quick where no name has such a word.
     */
    void setModelNames(const QStringList &names);
    const ClockShifts &clock() const { return m_clock; }
    /** Applies the person's corrections, in place of those before. */
    void setClock(const ClockShifts &clock);
    void setRecord(const QString &key, const LabelRecord &record);
    void setRecords(const QHash<QString, LabelRecord> &records);
    void setPredictions(const QHash<QString, Classified> &classified);
    void setSilence(const QString &key, const QString &sentence);
    /** What was said of another picture than the file holds now. */
    void dropPredictions(const QStringList &keys);
    /** Of @p keys those in @p waiting wait, the others no longer do: see FrameEntry::waiting. */
    void setWaiting(const QStringList &keys, const QSet<QString> &waiting);
    /** See FrameEntry::otherPicture. */
    void setOtherPicture(const QStringList &keys, bool other);
    /**
     * For frames that have no prediction yet; made so that a whole large day is quick.
     * @p known.keys are frames of this day in its order.
     */
    void takePredictions(KnownPredictions known);
    /** And features and similarities. @return what was there, so that a worker can free it. */
    std::vector<Prediction> clearPredictions();
    int featureCount() const { return m_features; } ///< frames that have features
    /** By row; as many as there are frames. Tells nobody: who asked sorts anew. */
    void setSimilarities(const std::vector<float> &similarities);
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
    void readSuffix(Frame &frame) const;
    bool inOrder(int row) const;
    void reorder();
    void reindex(int from);
    void noteFeatures(FrameEntry &entry, bool there);
    /** Says that @p rows, in any order, have changed, once for each run of them. */
    void announce(QList<int> rows);

    DaySource m_source;
    QList<FrameEntry> m_entries;
    QStringList m_keys;
    QHash<QString, int> m_rows;
    QSet<QString> m_problems;
    QSet<QString> m_suffixWords;
    QSet<QString> m_cameraNames;
    QStringList m_modelNames;
    QSet<QString> m_names; ///< m_cameraNames and m_modelNames
    ClockShifts m_clock;
    int m_reviewed = 0;
    int m_trashed = 0;
    int m_features = 0;
};

} // namespace birblens
