// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"
#include "core/result.h"

#include <QList>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace birblens {

/** One row of Birb Cam's `results`. */
struct BirbCamRow
{
    QString utc;      ///< the key, text as stored
    QString fileName; ///< relative to imgs/
    Frame frame;      ///< without key and folder
    std::optional<QString> trueLabel;
};

/**
 * The camera's `model_results.db`. A camera process writes to it while we do: short transactions,
 * busy timeout. We only ever write `true_label`, by `utc_datetime`, which has an index, and
 * `file_name`, since a camera may write two rows in one second; never another column, never the
 * schema.
 */
class BirbCamDatabase final
{
public:
    /** @p busyMilliseconds: how long to wait for a lock that the camera holds. */
    static Result<std::unique_ptr<BirbCamDatabase>> open(const QString &path,
                                                         int busyMilliseconds = 5000);
    ~BirbCamDatabase();

    /** Every row, one after the other. */
    Result<void> readRows(const std::function<void(BirbCamRow)> &take) const;
    /** What tells a row from the others: both texts as stored. */
    struct RowKey
    {
        QString utc;
        QString fileName;

        bool operator==(const RowKey &) const = default;
    };
    /** The row's true_label as it is now; nothing for NULL and for a row that is not there. */
    Result<std::optional<QString>> trueLabel(const RowKey &row) const;
    /** Changes when another process has written (PRAGMA data_version). Cheap. */
    Result<qint64> dataVersion() const;
    struct Update
    {
        RowKey row;
        std::optional<QString> trueLabel; ///< nothing: NULL
        std::optional<QString> expected;  ///< for replaceTrueLabels: what is there now
    };
    /**
     * All or nothing; an error when locked past the timeout, read-only or vanished, or when there
     * is no such row, or more than one.
     */
    Result<void> setTrueLabels(const QList<Update> &updates);
    /**
     * Writes those whose true_label is still as expected, so that what another program wrote
     * meanwhile is never overwritten. All of these or, on an error, nothing.
     * @return places in @p updates of those whose row is gone, holds something else, or is not the
     * only one.
     */
    Result<QList<qsizetype>> replaceTrueLabels(const QList<Update> &updates);

private:
    struct Private;
    explicit BirbCamDatabase(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace birblens
