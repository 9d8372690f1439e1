// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/store/fileidentity.h"
#include "core/store/sqliteconnection.h"
#include "core/store/store.h"

namespace birblens {

/** What the sources of Store share. */
struct Store::Private
{
    std::unique_ptr<SqliteConnection> connection;
    FileIdentity identity;   ///< of the file that was opened
    mutable qint64 size = 0; ///< of the file, when it was looked at last
    /** Where the labels of a file that is gone were saved; empty: not yet. */
    mutable QString rescued;
    mutable QString rescuedFromMemory; ///< likewise, of a file that is there and cannot be read
    std::function<RememberedDay()> memory;

    /** An error when the file was deleted, replaced, or moved away; what it held is saved first. */
    Result<void> stillThere() const;
    bool wasCut() const;
    Result<QString> saveElsewhere() const;
    Result<QString> saveMemory() const;
    static Result<void> writeRemembered(const Private &store, const RememberedDay &day);
    Error rescue(const QString &what) const;
    Error spoilt(const Error &error) const;
    /** A transaction of the connection, if the file is still there. */
    Result<void> write(const std::function<Result<void>()> &work) const;

    /** What a person entered must survive a power cut; what can be had again need not. */
    Result<void> durable(bool on) const;
    // Without a transaction of their own. @p owner: the decision that a frame has its mark from;
    // called with the index.
    using Owner = std::function<QVariant(qsizetype)>;
    /** Labels that are from no decision. */
    Result<void> writeLabels(const QList<LabelChange> &changes) const;
    enum class Side { Before, After };
    /**
     * Gives the frames of decision @p id the labels of one side of its steps, with their history,
     * in two statements for all of them. @p condition: an SQL expression that chooses among the
     * rows of decision_steps (`step`) joined with `labels` as they are until then.
     */
    Result<void> takeFromSteps(qint64 id, Side side, const QString &condition, const QString &who,
                               const QDateTime &when) const;
    Result<void> writeStates(const QList<CameraState> &states) const;
    Result<void> writeMarks(const QList<MarkStep> &marks, const Owner &owner) const;
    Result<void> notePictureSteps(qint64 decision, const DecisionSteps &steps) const;
    Result<void> turnPictures(qint64 id, bool undone, TurnedDecision &turned) const;
    Result<TrueLabel> label(const QString &key) const;
    Result<Mark> mark(const QString &key) const;
    Result<void> onWhatIsThere(QList<MarkStep> &marks) const;
    Result<void> turnLabels(qint64 id, bool undone, const QString &who,
                            TurnedDecision &turned) const;
    Result<void> turnMarks(qint64 id, bool undone, TurnedDecision &turned) const;
    Result<void> noteClock(qint64 id, const QList<ClockStep> &steps) const;
    Result<void> writeClock(const QList<ClockStep> &steps, const Owner &owner) const;
    Result<void> turnClock(qint64 id, bool undone, TurnedDecision &turned) const;
    Result<void> turnTrash(qint64 id, bool undone, const QStringList &filesBack,
                           TurnedDecision &turned) const;
};

} // namespace birblens
