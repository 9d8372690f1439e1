#pragma once

#include "core/review/sqliteconnection.h"
#include "core/review/store.h"

namespace birblens {

/** What the sources of Store share. */
struct Store::Private
{
    std::unique_ptr<SqliteConnection> connection;

    /** What a person entered must survive a power cut; what can be had again need not. */
    Result<void> durable(bool on) const;
    // Without a transaction of their own:
    Result<void> writeLabels(const QList<LabelChange> &changes) const;
    Result<void> writeHistory(const QList<LabelChange> &changes) const;
    Result<void> writeStates(const QList<CameraState> &states) const;
    Result<void> writeMarks(const QList<MarkStep> &marks) const;
    Result<void> writeSteps(const DecisionSteps &steps) const;
    Result<void> notePictureSteps(qint64 decision, const DecisionSteps &steps) const;
    Result<void> turnPictures(qint64 decision, bool undone, const DecisionSteps &steps) const;
    Result<TrueLabel> label(const QString &key) const;
};

} // namespace birblens
