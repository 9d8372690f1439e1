// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explainstate.h"
#include "core/model/modelinfo.h"
#include "core/result.h"
#include "core/review/day.h"
#include "core/review/decisionstack.h"

#include <QFutureWatcher>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace birblens {

class BirbCamDatabase;
class DayWatcher;
class PictureCheck;
class Similarity;
class WaitingDecisions;
struct KnownDay;
struct LoadedDay;
struct PictureFindings;
struct SyncOutcome;

/** What is said in the message line; never modal. */
struct Message
{
    enum class Level { Info, Warning, Problem };
    /** A place to go to, behind the text. */
    struct Link
    {
        QString address; ///< `conflicts`, or a file's URL
        QString words;
    };
    Level level = Level::Info;
    QString text; ///< plain, whatever a file or a model has written into it
    QList<Link> links;
};

/**
 * The shared state of reviewing: the day, the frame that is looked at, labels, and in explain()
 * what is explained. Panels never know each other. GUI thread only; files and databases are listed
 * on a worker, labels are written before the call returns.
 *
 * Order of signals when the frame changes: currentFrameChanged, then (later)
 * explanationPendingChanged and explanationChanged for the newest request only. When the model
 * changes, ExplainState::modelChanged finds the day without the predictions of the previous model;
 * stored predictions of the new one follow from a worker: predictionsLoaded.
 */
class ReviewSession : public QObject
{
    Q_OBJECT
public:
    explicit ReviewSession(QObject *parent = nullptr);
    ~ReviewSession() override; ///< cancels the listing and waits for it

    // --- day -------------------------------------------------------------------------------------
    const Day &day() const { return m_day; }
    Day &day() { return m_day; }
    /** What lies in the day's folder and is no frame. */
    const LeftOut &leftOut() const;
    bool hasDay() const { return !m_day.source().folder.isEmpty(); }
    /**
     * Starts listing; dayOpened or dayFailed follows. The first frame that is not gone becomes
     * current. Until then, and when it fails, the day that is open stays. An earlier openDay that
     * is not through yet is forgotten: no signal follows it.
     */
    void openDay(const QString &path);
    bool isScanning() const { return m_opening; }
    /**
     * Whether all that belongs to opening a day is through: listing, store, Birb Cam's labels,
     * stored predictions, and what has become of labelled pictures. A command waits for it.
     */
    bool isSettled() const;
    /** Why it is not known of every file whether it holds the labelled picture. A command fails. */
    const std::optional<Error> &picturesProblem() const { return m_picturesProblem; }

    // --- model -----------------------------------------------------------------------------------
    /** Model, classes, layer, method, heat style, and the explanation. */
    const ExplainState &explain() const { return m_explain; }
    ExplainState &explain() { return m_explain; }
    /** Without a model: days are opened with the predictions of the one that classified last. */
    void useLastModel() { m_useLastModel = true; }
    /** Whose predictions the day holds: the open model, else the one that classified last. */
    const ModelInfo *predictionModel() const; ///< null: nobody's
    /** Whether stored predictions are still on their way. */
    bool isLoadingPredictions() const { return m_loadingPredictions; }
    /** The store has predictions that could not be read; a message has said why. */
    bool predictionsUnread() const { return m_predictionsUnread; }
    /** Vocabulary of the model, else the labels the day itself knows (camera predictions, labels).
     */
    QStringList vocabulary() const;
    /** Stores and shows predictions of the open model; ignored when @p modelId is another's. */
    void addPredictions(const QString &modelId, const QHash<QString, Classified> &classified,
                        const QList<Picture> &pictures = {});
    /** How much alike the frames are to the open model. */
    Similarity &similarity() { return *m_similarity; }

    // --- what is looked at -----------------------------------------------------------------------
    QString currentKey() const { return m_currentKey; }
    const FrameEntry *currentEntry() const; ///< null when there is no frame
    void setCurrentKey(const QString &key);

    /** The frames that pass the filter and are selected: set by the browser, used by export,
     * labels. */
    QStringList shownKeys() const { return m_shownKeys; }
    QStringList selectedKeys() const; ///< at least the current frame, when there is one
    void setShownKeys(const QStringList &keys);
    void setSelectedKeys(const QStringList &keys);

    // --- labels
    // ------------------------------------------------------------------------------------
    QUndoStack &undoStack() { return m_undo; }
    DecisionStack &decisionStack() { return m_undo; } ///< the same, for its commands
    /** One undo step for all keys. On disk when it returns; on failure nothing changes and a
     * message says why. */
    bool setTrueLabel(const QStringList &keys, const TrueLabel &label, const QString &text);
    /** Likewise with a label for each frame. */
    bool setTrueLabels(const QHash<QString, TrueLabel> &labels, const QString &text);
    void toggleLabel(const QStringList &keys, const QString &name);
    void acceptPrediction(const QStringList &keys);
    void setNone(const QStringList &keys);
    void setUnsure(const QStringList &keys);
    void clearLabel(const QStringList &keys);
    /** Takes @p name out of the label, or of the prediction where there is no label yet; what else
     * is there stays. */
    void notThisClass(const QStringList &keys, const QString &name);
    /** Every frame captured in one visit with @p key: see Event. */
    QStringList eventOf(const QString &key) const;
    double eventGap() const { return m_eventGap; } ///< seconds
    void setEventGap(double seconds) { m_eventGap = seconds; }
    /** One undo step each. On disk when they return; on failure nothing changes and a message says
     * why. */
    bool setFlag(const QStringList &keys, bool flagged);
    bool setComment(const QString &key, const QString &comment);
    /**
     * Moves the frames' files to the desktop's trash, as one undo step; they are shown no longer.
     * What cannot be moved stays, and a message says why. @return whether any was moved.
     */
    bool moveToTrash(const QStringList &keys);
    /** What is shown as prediction: the opened model's, else Birb Cam's own. */
    QStringList shownPrediction(const FrameEntry &entry) const;
    QList<LabelChange> history(const QString &key) const;
    /** Of frames whose picture has changed: the label holds for the new one. One step of undo. */
    void keepLabel(const QStringList &keys);
    /** Of frames whose picture has changed: the new one is unreviewed. One step of undo. */
    void labelAnew(const QStringList &keys);
    enum class Turn {
        Done,   ///< frames that were changed elsewhere since are as they were, and were named
        Failed, ///< nothing was changed: it can be tried again
        Gone    ///< there is no such decision any more
    };
    /** Used by undo commands: takes a decision back, or does it again. A message says what was
     * not done. */
    Turn setUndone(qint64 decision, bool undone);
    bool restoringHistory() const { return m_restoringHistory; }
    /**
     * Adds @p milliseconds to the capture times of these frames, else of the whole day and what
     * arrives later on it. One step of undo; kept in the store, never in files or Birb Cam's rows.
     */
    bool shiftClock(const QStringList &keys, qint64 milliseconds);
    /** Same, by what frame @p key lacks to have been taken at @p wallClock. */
    bool setTimeOf(const QString &key, const QDateTime &wallClock, const QStringList &keys);
    /** Takes corrections back; of the whole day where no keys are given. */
    bool clearClock(const QStringList &keys);
    /** Settles conflicts with Birb Cam's database: ours or theirs; taking theirs is one undo step.
     */
    void resolveConflicts(const QStringList &keys, bool takeTheirs);
    QStringList conflicts() const; ///< keys, in capture order
    /** Why the label of that frame never gets into Birb Cam's database; empty when it does. */
    QString cameraRowProblem(const QString &key) const;
    /**
     * How long storing a decision may wait for a lock that another process holds, in milliseconds.
     * The window's 40 keep it alive: what cannot be stored by then waits in memory and is shown as
     * not yet saved. With a longer patience, as commands have, it is refused instead.
     */
    void setStorePatience(int milliseconds) { m_storePatience = milliseconds; }
    /** Whether something that was decided is not on disk yet, because of such a lock. */
    bool isWaiting() const;
    /** Frames that were labelled, marked or given another time and are not on disk yet. */
    int waitingFrames() const;
    /** What waits, for a person: "2 frames are not saved yet", without a full stop. */
    QString waitingText() const;
    /** Tries to store them now. @return whether nothing is waiting any more. */
    bool flushWaiting();
    /** The label as the person sees it: the one that waits to be stored, else the stored one. */
    TrueLabel labelToShow(const FrameEntry &entry) const;
    Mark markToShow(const FrameEntry &entry) const; ///< likewise
    /** Labels that Birb Cam's database does not have yet; they are tried again every two seconds.
     */
    int pendingWrites() const { return static_cast<int>(m_pendingKeys.size()); }
    /** Tries now, waiting for a lock up to @p milliseconds. True when nothing is pending any more.
     */
    bool flushPendingWrites(int milliseconds);
    /** Why labels cannot be kept, as a sentence; empty when they can. */
    QString storeProblem() const;
    bool storeDamaged() const { return m_storeDamaged; } ///< a copy may take its place
    /** Puts a copy, or nothing, in the place of a damaged store and opens the day again; see
     * birblens::replaceStore(). */
    Result<QString> replaceStore(const QString &copy);

    void say(Message::Level level, const QString &text, const QList<Message::Link> &links = {});

Q_SIGNALS:
    void dayOpened();
    void dayFailed(const birblens::Error &error);
    void scanningChanged(bool scanning);
    /** What the store has of the open model is in the day, after Day::changed. */
    void predictionsLoaded();
    /** Files hold other pictures than before: predictions of these frames are gone. */
    void picturesChanged(const QStringList &keys);
    void settled();             ///< see isSettled()
    void currentFrameChanged(); ///< also when the file of the current frame was written anew
    void shownKeysChanged();
    void selectionChanged();
    void clockChanged(); ///< capture times were corrected
    void labelsChanged(const QStringList &keys);
    void waitingChanged(); ///< see waitingFrames()
    /** A decision was taken back, or done again, which has changed these frames. */
    void decisionTurned(const QStringList &keys);
    void conflictsFound(int count); ///< new ones; see conflicts()
    void message(const birblens::Message &message);

private:
    void modelTurned();
    QStringList modelNames() const; ///< what the open model tells apart
    // reviewsession_day.cpp
    void dayLoaded(LoadedDay &loaded);
    void rescan(bool readLabels = false);
    void listedAgain(const LoadedDay &listed);
    void syncCamera(const QStringList &changedRows);
    void reloadLabels(const QHash<QString, LabelRecord> &records);
    void tick();
    void openCamera();
    void askForStore();
    void reloadMarks(const QHash<QString, Mark> &marks);
    void retryProblems();
    void loadPredictions();
    void sayUnreadPredictions(const Error &problem);
    void predictionsRead(Result<KnownPredictions> &known);
    void saySync(const SyncOutcome &outcome);
    // reviewsession_pictures.cpp
    void lookAtPictures();
    void picturesFound(const PictureFindings &findings);
    Result<void> notePictures(const QList<Picture> &seen);
    void showPictures(const PictureNews &news);
    QSet<QString> lookBeforeDeciding(const QStringList &keys);
    void picturesFailed(const Error &error);
    void keepUnlisted(const QHash<QString, Mark> &marks);
    void keepUnlisted(const QSet<QString> &otherPictures);
    void takeUnlisted(const QList<Frame> &frames);
    RememberedDay remembered() const;
    void moveRecords(const QList<std::pair<QString, QString>> &pairs);
    void reloadOtherPictures(const QSet<QString> &other);
    void sayUnknownSettings(int count);
    void tellWhenSettled();
    // reviewsession_labels.cpp
    void labelled(const QList<LabelStep> &steps);
    using Decide = std::function<std::optional<TrueLabel>(const FrameEntry &)>;
    bool decide(const QStringList &keys, const Decide &label, const QString &text);
    void writeThrough(const QStringList &keys);
    void takeRecords(const QHash<QString, LabelRecord> &records);
    QHash<QString, CameraLabel> rowsOf(const QStringList &keys) const; ///< as they are now
    bool hasCameraRow(const QString &key) const;
    QString shownText(const FrameEntry &entry) const;
    // reviewsession_waiting.cpp
    bool mayWait() const;
    Result<qint64> writeWaiting(const QString &text, const DecisionSteps &steps);
    Error notSaved() const;
    FrameEntry asDecided(const FrameEntry &entry) const;
    void waitingTurned(const QStringList &keys);
    // reviewsession_decisions.cpp
    bool keep(const QString &text, DecisionSteps steps);
    Result<qint64> write(const QString &text, DecisionSteps steps);
    void applied(const DecisionSteps &steps, bool done);
    void restoreHistory();
    bool store(const std::function<Result<void>()> &write);
    bool setMark(const QStringList &keys, const std::function<void(Mark &)> &change,
                 const QString &text);
    QString pathOf(const QString &key) const;
    QList<TrashStep> discard(const QList<TrashStep> &steps);
    QList<TrashStep> bringBack(QList<TrashStep> steps, bool &hopeless);
    QList<TrashStep> sendToTrash(qint64 decision, const QList<TrashStep> &steps);
    bool readClock(ClockShifts &clock);
    void clockApplied(const QList<ClockStep> &steps);
    void reloadClock();
    void sayLeft(const TurnedDecision &turned);
    void sayFiles(const QString &text, const std::optional<Error> &problem);

    Day m_day;
    ExplainState m_explain;
    bool m_useLastModel = false;
    std::optional<ModelInfo> m_lastModel; ///< whose predictions the day holds without an open one
    std::unique_ptr<Store> m_store;
    std::unique_ptr<BirbCamDatabase> m_camera;
    std::unique_ptr<DayWatcher> m_watcher;
    std::unique_ptr<PictureCheck> m_pictures;
    DecisionStack m_undo;
    std::unique_ptr<WaitingDecisions> m_waiting;
    int m_storePatience = 40;
    bool m_waitingTold = false;    ///< that something waits
    bool m_askingForStore = false; ///< a worker tries whether it is still locked
    bool m_restoringHistory = false;

    QString m_currentKey;
    QStringList m_shownKeys;
    QStringList m_selectedKeys;

    // Day and databases. The worker shares nothing with us but what it is given and brings back.
    quint64 m_ticket = 0; ///< of the newest listing: an older one's result is dropped
    bool m_opening = false;
    bool m_rescanning = false;
    bool m_rescanWanted = false;
    bool m_readLabelsWanted = false;
    bool m_listingLost = false; ///< said once that the folder cannot be listed
    std::shared_ptr<std::atomic_bool> m_cancelled;
    std::shared_ptr<const KnownDay> m_known;
    /** true_label by key of the rows written to since they were listed. */
    QHash<QString, std::optional<QString>> m_writtenThrough;
    QHash<QString, LabelRecord> m_unlisted; ///< labels of frames that are not in the listing
    QHash<QString, Mark> m_unlistedMarks;   ///< their marks
    QSet<QString> m_unlistedOther;          ///< of them: see FrameEntry::otherPicture
    QList<Picture> m_unnoted;               ///< seen while another program held a lock on the store
    std::optional<Error> m_picturesProblem;
    QSet<QString> m_touched;     ///< labelled since the running rescan started
    QSet<QString> m_pendingKeys; ///< labels that Birb Cam's database does not have yet
    QSet<QString> m_unsynced;    ///< rows that were locked when they were to be compared
    std::optional<Error> m_storeProblem;
    bool m_storeDamaged = false;
    std::optional<qint64> m_cameraVersion;
    std::optional<qint64> m_storeVersion;
    struct FileStamp
    {
        qint64 size = -1;
        QDateTime modified;
        bool again = false; ///< young enough that it may have changed while it was read
    };
    QHash<QString, FileStamp> m_problemStamps;
    mutable std::optional<QStringList> m_dayVocabulary;
    quint64 m_predictionTicket = 0; ///< of the newest reading of stored predictions
    bool m_loadingPredictions = false;
    bool m_predictionsUnread = false;
    std::unique_ptr<Similarity> m_similarity;

    double m_eventGap = 30.0;

    QThreadPool m_pool; ///< last: waits for the worker before anything else goes
};

} // namespace birblens

Q_DECLARE_METATYPE(birblens::Error)
Q_DECLARE_METATYPE(birblens::Message)
