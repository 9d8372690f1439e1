// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/camera/birbcamdatabase.h"
#include "core/camera/dayscanner.h"
#include "core/result.h"
#include "core/store/store.h"

#include <QHash>
#include <QStringList>

#include <optional>

namespace birblens {

/** What a label is in Birb Cam's column; nothing (NULL) for unreviewed and unsure. */
std::optional<QString> cameraText(const TrueLabel &label);

/** Birb Cam's labels as ours: NULL and empty text are unreviewed. */
TrueLabel labelFromCamera(const std::optional<QString> &text, const QStringList &vocabulary);

/** A label of ours that Birb Cam's database does not have yet, and may have. */
bool needsWriting(const LabelRecord &record);

/**
 * The comparison of one frame: what was last seen or written there, what is there now, what is
 * here. Changed there only: theirs is taken. Changed here only: to be written. Both: the same is
 * agreement, else a conflict that waits for the person. Updates @p record.
 * @return the change of the label when theirs was taken.
 */
std::optional<LabelChange> compareWithCamera(const QString &key, const CameraLabel &row,
                                             LabelRecord &record, const QStringList &vocabulary);

/** What became of a synchronisation. */
struct SyncOutcome
{
    QStringList changed;          ///< keys whose record changed
    int taken = 0;                ///< labels taken over from Birb Cam
    int conflicts = 0;            ///< new ones
    QStringList unread;           ///< keys whose row could not be read: to be compared later
    std::optional<Error> problem; ///< the first thing that could not be written
};

/**
 * Compares @p rows with @p records (of the same keys; missing ones are unreviewed), stores what was
 * taken, then writes what is ours and not yet there. A row that seems to differ is read again
 * first: it must be younger than the record, else a label just given here looks like one just
 * removed there. Without a store labels are taken in memory only; with a store but no database
 * nothing is taken. Runs on any thread that owns both.
 */
SyncOutcome syncWithCamera(Store *store, BirbCamDatabase *database,
                           const QHash<QString, CameraLabel> &rows,
                           QHash<QString, LabelRecord> &records, const QStringList &vocabulary);

/** The second half: writes those of @p rows that need it. On a problem they stay pending. */
SyncOutcome writeToCamera(Store *store, BirbCamDatabase *database,
                          const QHash<QString, CameraLabel> &rows,
                          QHash<QString, LabelRecord> &records, const QStringList &vocabulary);

} // namespace birblens
