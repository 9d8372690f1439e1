// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QString>

namespace birblens {

class SqliteConnection;

/** What came of taking in labels that were given while the folder could not be written. */
struct MergedStore
{
    int taken = 0;       ///< frames whose label was newer there
    int kept = 0;        ///< frames that have another, newer label here
    int clocksTaken = 0; ///< corrections of the clock, likewise
    int clocksKept = 0;
    QString aside; ///< where the other store lies now; empty: nothing was merged
};

/**
 * Takes into the open store @p own what a person entered in the store @p other of the same day, in
 * one transaction. Histories are united, nothing is doubled. A frame that was labelled in both
 * since they parted has the label that was given later; comments that differ are both kept, where
 * both were changed since. What can be undone is not taken over. The other store is renamed
 * afterwards, never deleted, and until when it was merged is noted here: merged again, only what
 * was changed later is taken in. Both are of the newest schema.
 */
Result<MergedStore> mergeStore(const SqliteConnection &own, const QString &other);

/** For a store that was just copied from the one that it stands in for, before anything changes. */
Result<void> noteParting(const SqliteConnection &copy);

/**
 * Where labels of @p dayFolder were given while it could not be written, and it can be written
 * now: merges them into its store, which is made when there is none. For the one who opens the day,
 * before Store::open(). Nothing to merge is no error.
 */
Result<MergedStore> mergeFallbackStore(const QString &dayFolder);

/** What the person is told; empty when nothing was merged. */
QString mergeSentence(const MergedStore &merged);

} // namespace birblens
